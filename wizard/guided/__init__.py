"""The guided journey without a screen: questions, the engine in a thread of its own, and a word from the person."""
