"""Names of the columns that exist only while preparation works."""

from __future__ import annotations

PRIORITY = "priority"
"""Order of arrival: load, place of the source in it, line; unique per landed row, the highest wins."""

SOURCE_RANK = "source_rank"
"""Place of the source among all visible sources, from 0."""

OCCURRENCE = "occurrence"
"""Which occurrence of its content within its source a row is, from 0."""

DAY = "local_day"
"""Day of the row in the shop's time zone."""

PRODUCT_KIND = "product_kind"
"""Kind of line that the product itself says: fee, discount, adjustment, test; null for goods."""

STATUS_KIND = "status_kind"
"""What the shop's status word says: cancelled or refunded; null for neither."""

RATE = "rate"
"""Units of the workspace's currency for one of the row's."""

REASON = "reason"
"""Why the row is set aside; null if it is kept."""

AT_FAULT = "column_name"
"""The column at fault, where there is one."""

PART = "part"
"""Which part of many rows a row is merged with."""
