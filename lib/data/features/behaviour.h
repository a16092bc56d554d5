/* Features of behaviour: what their groups share. A group is a line in the table of behaviour_groups.c: the columns that it has, and a
 * function that fills them for one user. */
#ifndef RECS_LIB_DATA_FEATURES_BEHAVIOUR_H
#define RECS_LIB_DATA_FEATURES_BEHAVIOUR_H

#include "lib/data/matrix.h"
#include "lib/data/user_events.h"

/* What a feature needs of the log. */
enum { RECS__NEEDS_TIMES = 1, RECS__NEEDS_PRICES = 2, RECS__NEEDS_QUANTITIES = 4, RECS__NEEDS_CATEGORIES = 8 };

enum { RECS__FEATURE_NAME = 160, RECS__TYPE_COUNT = 256 };

typedef struct recs__behaviour_column {
  char name[RECS__FEATURE_NAME];
  const char *unit; /* static */
  uint32_t needs;   /* RECS__NEEDS_* */
  uint32_t group;
  int chosen;
} recs__behaviour_column;

typedef struct recs__behaviour {
  recs_context *context;
  const recs_events *events;
  recs_behaviour_options options;
  recs__event_view *views;
  uint32_t has; /* RECS__NEEDS_* of what the log has */
  int64_t now;  /* RECS_NO_TIME: no time is known */
  int64_t utc_offset; /* in milliseconds */
  uint8_t purchases[RECS__TYPE_COUNT]; /* by type: whether its events are purchases */
  uint64_t type_counts[RECS__TYPE_COUNT];
  recs_matrix *tags;     /* items x categories; NULL: none */
  const recs_ids *tag_ids;
  uint32_t *tag_places;  /* by category: its column among those of "categories"; the last one is "other" */
  uint32_t *top_tags;    /* the categories with a column of their own */
  uint32_t tag_columns;  /* how many columns there are, "other" among them */
  recs__behaviour_column *columns;
  size_t column_count, column_room;
} recs__behaviour;

/* An order of the user's purchases. */
typedef struct recs__behaviour_order {
  uint64_t key; /* its session; or its day, with bits that no session has */
  int64_t time; /* the earliest known one, or RECS_NO_TIME */
  double quantity;
  double value;
  uint64_t events;
  uint64_t priced; /* of them, with a price */
} recs__behaviour_order;

/* One user, and what a thread works with. */
typedef struct recs__behaviour_user {
  const recs__user_event *events; /* in order of time, unknown times first */
  size_t count;
  recs__behaviour_order *orders; /* in order of time, unknown times first */
  size_t order_count;
  uint64_t *keys; /* room for a number an event */
  double *masses; /* by category; zero between uses */
  uint32_t *met;  /* room for every category */
  double *row;    /* all columns of all groups */
  size_t orders_room, keys_room;
} recs__behaviour_user;

typedef struct recs__behaviour_group {
  const char *name;
  int32_t (*add_columns)(recs__behaviour *self);
  void (*fill)(double *out, const recs__behaviour *self, recs__behaviour_user *user);
} recs__behaviour_group;

enum { RECS__BEHAVIOUR_GROUPS = 11 };
extern const recs__behaviour_group recs__behaviour_groups[RECS__BEHAVIOUR_GROUPS];

/* Adds a column to the group that is adding its own: `prefix` and a name, which is cut where it is too long. */
int32_t recs__behaviour_add(recs__behaviour *self, const char *prefix, const char *name, const char *unit, uint32_t needs);

/* part / whole; NaN for too few events. */
double recs__behaviour_share(const recs__behaviour *self, double part, size_t whole);

/* Groups of columns: how many a group adds, and what it writes, stand beside each other in behaviour_orders.c, behaviour_items.c and
 * behaviour_times.c. */
int32_t recs__add_rfm(recs__behaviour *self);
void recs__fill_rfm(double *out, const recs__behaviour *self, recs__behaviour_user *user);
int32_t recs__add_gaps(recs__behaviour *self);
void recs__fill_gaps(double *out, const recs__behaviour *self, recs__behaviour_user *user);
int32_t recs__add_baskets(recs__behaviour *self);
void recs__fill_baskets(double *out, const recs__behaviour *self, recs__behaviour_user *user);
int32_t recs__add_returns(recs__behaviour *self);
void recs__fill_returns(double *out, const recs__behaviour *self, recs__behaviour_user *user);
int32_t recs__add_diversity(recs__behaviour *self);
void recs__fill_diversity(double *out, const recs__behaviour *self, recs__behaviour_user *user);
int32_t recs__add_categories(recs__behaviour *self);
void recs__fill_categories(double *out, const recs__behaviour *self, recs__behaviour_user *user);
int32_t recs__add_types(recs__behaviour *self);
void recs__fill_types(double *out, const recs__behaviour *self, recs__behaviour_user *user);
int32_t recs__add_hours(recs__behaviour *self);
void recs__fill_hours(double *out, const recs__behaviour *self, recs__behaviour_user *user);
int32_t recs__add_weekdays(recs__behaviour *self);
void recs__fill_weekdays(double *out, const recs__behaviour *self, recs__behaviour_user *user);
int32_t recs__add_trend(recs__behaviour *self);
void recs__fill_trend(double *out, const recs__behaviour *self, recs__behaviour_user *user);
int32_t recs__add_tenure(recs__behaviour *self);
void recs__fill_tenure(double *out, const recs__behaviour *self, recs__behaviour_user *user);

/* Categories: the matrix of tags, which of them have columns. Needs the views. */
int32_t recs__behaviour_find_categories(recs__behaviour *self, const recs_profiles *items);

/* Room for a user's orders and keys, and its purchases as orders. */
int32_t recs__behaviour_find_orders(const recs__behaviour *self, recs__behaviour_user *user);

#endif
