"""Names every room that stores something, so that the metadata is complete."""

import watchbill.accounts.tables
import watchbill.engine.leases
import watchbill.engine.signing_key
import watchbill.engine.versions
import watchbill.practices.advice.tables
import watchbill.practices.goals.backfill_tables
import watchbill.practices.goals.budgets.rebooking_tables
import watchbill.practices.goals.budgets.tables
import watchbill.practices.goals.share_tables
import watchbill.practices.goals.tables
import watchbill.practices.incidents.tables
import watchbill.practices.oncall.tables
import watchbill.practices.record.tables
