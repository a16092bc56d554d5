/* What a column of a table of events may be, and which column the options choose for it. */
#ifndef RECS_LIB_DATA_TABLES_EVENT_ROLES_H
#define RECS_LIB_DATA_TABLES_EVENT_ROLES_H

#include <recs/data.h>

/* Values that may be bad come before those that grow a dictionary, so that a dropped line leaves no ids. */
typedef enum recs__role {
  RECS__ROLE_WEIGHT,
  RECS__ROLE_QUANTITY,
  RECS__ROLE_PRICE,
  RECS__ROLE_TIME,
  RECS__ROLE_EVENT, /* this and those behind it hold ids */
  RECS__ROLE_SESSION,
  RECS__ROLE_USER,
  RECS__ROLE_ITEM,
  RECS__ROLES
} recs__role;

/* What the bad values of a role are counted as. */
const char *recs__role_reason(recs__role r);

/* The name of the column that a role takes, if the table has it. */
const char *recs__role_column(const recs_events_read_options *options, recs__role r);

/* Whether a role takes a column of this name. */
int recs__role_takes(const recs_events_read_options *options, recs__role r, const char *column);

/* Whether the table must have a column for a role. */
int recs__role_required(const recs_events_read_options *options, recs__role r);

#endif
