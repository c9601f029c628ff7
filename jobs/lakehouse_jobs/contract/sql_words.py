"""Words of Spark's SQL that are no columns."""

from __future__ import annotations

_KEYWORDS = """
ALL AND ANTI ANY ARRAY AS ASC AT BETWEEN BOTH BY CASE CAST COLLATE CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP
CURRENT_USER DESC DISTINCT DIV ELSE END ESCAPE EXCEPT EXISTS FALSE FILTER FIRST FOR FROM GROUP HAVING ILIKE IN
INTERVAL IS LAST LATERAL LEADING LIKE LIMIT LOCALTIMESTAMP MAP NOT NULL NULLS OF ON OR ORDER OVERLAY PLACING
REGEXP RLIKE SELECT SESSION_USER SIMILAR SOME STRUCT SUBSTRING THEN TO TRAILING TRIM TRUE UNION UNKNOWN USER USING
WHEN WHERE WITH WITHIN OVER
BIGINT BINARY BOOLEAN BYTE CHAR CHARACTER DATE DEC DECIMAL DOUBLE FLOAT INT INTEGER LONG NUMERIC REAL SHORT
SMALLINT STRING TIMESTAMP TIMESTAMP_LTZ TIMESTAMP_NTZ TINYINT VARCHAR VARIANT VOID
DAY DAYS DAYOFWEEK DAYOFWEEK_ISO DAYOFYEAR DOW DOY HOUR HOURS MICROSECOND MICROSECONDS MILLISECOND MILLISECONDS
MINUTE MINUTES MONTH MONTHS NANOSECOND NANOSECONDS QUARTER SECOND SECONDS WEEK WEEKS YEAR YEARS YEAROFWEEK
"""
# Of many rows, one value; or of one row, many.
_AGGREGATES = """
any any_value approx_count_distinct approx_percentile array_agg avg bit_and bit_or bit_xor bool_and bool_or
collect_list collect_set corr count count_if count_min_sketch covar_pop covar_samp every first first_value
grouping grouping_id kurtosis last last_value listagg max max_by mean median min min_by mode percentile
percentile_approx percentile_cont percentile_disc regr_count skewness some std stddev stddev_pop stddev_samp
string_agg sum try_avg try_sum var_pop var_samp variance row_number rank dense_rank percent_rank ntile lag lead
nth_value cume_dist explode explode_outer posexplode posexplode_outer inline inline_outer stack
"""
# Give another value each time, or one that is not of the row.
_CHANGING = """
rand randn random randstr uniform uuid shuffle monotonically_increasing_id spark_partition_id input_file_name
input_file_block_start input_file_block_length
"""
KEYWORDS, AGGREGATES, CHANGING = (frozenset(words.split()) for words in (_KEYWORDS, _AGGREGATES, _CHANGING))
