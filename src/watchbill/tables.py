"""Names every room that stores something, so that the metadata is complete."""

import watchbill.practices.record.tables
