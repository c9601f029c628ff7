# On the subscription, since clusters are billed to the managed group and everything else to ours.
resource "azurerm_consumption_budget_subscription" "lakehouse" {
  name            = "budget-${var.resource_group}"
  subscription_id = "/subscriptions/${var.subscription_id}"
  amount          = var.monthly_budget
  time_grain      = "Monthly"

  time_period {
    start_date = var.budget_start
  }

  filter {
    dimension {
      name   = "ResourceGroupName"
      values = [azurerm_resource_group.lakehouse.name, var.managed_resource_group]
    }
  }

  notification {
    operator       = "GreaterThanOrEqualTo"
    threshold      = 80
    threshold_type = "Actual"
    contact_emails = [var.budget_contact]
  }

  notification {
    operator       = "GreaterThanOrEqualTo"
    threshold      = 100
    threshold_type = "Forecasted"
    contact_emails = [var.budget_contact]
  }
}
