/* Files in: plain or gzip, through the library's readers; column names from flags. */
#ifndef RECS_TOOLS_INPUT_H
#define RECS_TOOLS_INPUT_H

#include "command.h"

/* Which columns of a log are what; NULL: the default names. */
typedef struct event_columns {
  recs_events_read_options options;
  const char *basket;
  const char *time_kind;
  const char *empty_quantity; /* NULL: one */
  int lenient;
  double gap;           /* seconds without an event that end a session; below 0: sessions are not cut */
  const char *sessions; /* what becomes of those that are there */
} event_columns;

#define EVENT_FLAGS(c)                                                                                                  \
  {"user", FLAG_TEXT, &(c).options.user, "COLUMN", "column of the users; default user"},                               \
  {"item", FLAG_TEXT, &(c).options.item, "COLUMN", "column of the items; default item"},                               \
  {"event", FLAG_TEXT, &(c).options.event, "COLUMN", "column of the event types; default event"},                      \
  {"weight", FLAG_TEXT, &(c).options.weight, "COLUMN", "column of the weights; default weight"},                       \
  {"quantity", FLAG_TEXT, &(c).options.quantity, "COLUMN", "column of the quantities; default quantity"},              \
  {"price", FLAG_TEXT, &(c).options.price, "COLUMN", "column of the unit prices; default price"},                      \
  {"time", FLAG_TEXT, &(c).options.time, "COLUMN", "column of the times; default time"},                               \
  {"basket", FLAG_TEXT, &(c).basket, "COLUMN", "column of the orders, baskets or visits; default session"},            \
  {"time-kind", FLAG_TEXT, &(c).time_kind, "KIND", "clock (default), or order: times only order a user's events"},     \
  {"empty-quantity", FLAG_TEXT, &(c).empty_quantity, "WAY", "lines without a quantity: one (default; counted) or drop"},       \
  {"gap", FLAG_REAL, &(c).gap, "SECONDS", "cut each user's events into sessions where more than this passed without one"},      \
  {"sessions", FLAG_TEXT, &(c).sessions, "WAY", "what --gap does to sessions that are there: keep (default), replace or split"}, \
  {"lenient", FLAG_SWITCH, &(c).lenient, NULL, "drop and count bad lines instead of stopping at the first"}

/* Sets the defaults that the flags then change. */
void event_columns_init(event_columns *columns);

/* Reads a log into `events`; says on stderr what lenient reading dropped. Returns an exit code. */
int read_events(recs_events *events, const char *path, event_columns *columns);

/* Dictionaries and a log, read: the beginning of most commands. */
typedef struct log_file {
  recs_context *context;
  recs_ids *users;
  recs_ids *items;
  recs_events *events;
  double seconds; /* spent reading */
} log_file;

int open_log(log_file *log, const general *settings, const char *path, event_columns *columns);
void close_log(log_file *log);

/* Which columns of a file of profiles are what. */
typedef struct profile_columns {
  recs_profiles_read_options options;
  int keep_first;
  int lenient;
} profile_columns;

void profile_columns_init(profile_columns *columns);

/* Reads profiles into a store; `ids` is its dictionary. Returns an exit code. */
int read_profiles(recs_profiles *profiles, recs_ids *ids, const char *path, profile_columns *columns);

/* The texts of a file, one a line, plain or gzip (for --allow, --deny and sequences). `*text` holds them and is freed by the caller. */
int read_lines(char **text, text_list *lines, const char *path);

#endif
