/* The rules of cleaning that look at one event, and the table of all. */
#include "lib/data/cleaning/cleaning.h"
#include "lib/data/names.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Whether the options ask for a rule. */
static int is_text(const char *given) {
  return given != NULL && *given != 0;
}
static int wants_duplicates(const recs_clean_options *o) {
  return o->drop_duplicates;
}
static int wants_users(const recs_clean_options *o) {
  return o->drop_missing_user;
}
static int wants_items(const recs_clean_options *o) {
  return o->drop_missing_item;
}
static int wants_times(const recs_clean_options *o) {
  return o->missing_time == RECS_MISSING_DROP;
}
static int wants_time_fill(const recs_clean_options *o) {
  return o->missing_time == RECS_MISSING_FILL;
}
static int wants_near(const recs_clean_options *o) {
  return o->near_duplicates != RECS_NEAR_OFF;
}
static int wants_returns(const recs_clean_options *o) {
  return o->match_returns;
}
static int wants_cancelled(const recs_clean_options *o) {
  return is_text(o->cancelled_prefix);
}
static int wants_excluded(const recs_clean_options *o) {
  return is_text(o->excluded_items);
}
static int wants_quantities(const recs_clean_options *o) {
  return o->drop_nonpositive_quantity;
}
static int wants_positive_prices(const recs_clean_options *o) {
  return o->drop_nonpositive_price;
}
static int wants_prices(const recs_clean_options *o) {
  return o->missing_price == RECS_MISSING_DROP;
}
static int wants_price_fill(const recs_clean_options *o) {
  return o->missing_price == RECS_MISSING_FILL;
}
static int judges_quantities(const recs_clean_options *o) {
  return o->quantity_outliers != RECS_OUTLIERS_OFF && (o->quantity_outliers != RECS_OUTLIERS_MAD || o->max_quantity_score > 0);
}
static int judges_prices(const recs_clean_options *o) {
  return o->price_outliers != RECS_OUTLIERS_OFF && (o->price_outliers != RECS_OUTLIERS_MAD || o->max_price_score > 0);
}
static int drops_quantities(const recs_clean_options *o) {
  return judges_quantities(o) && o->outlier_action == RECS_OUTLIERS_DROP;
}
static int clips_quantities(const recs_clean_options *o) {
  return judges_quantities(o) && o->outlier_action == RECS_OUTLIERS_CLIP;
}
static int drops_prices(const recs_clean_options *o) {
  return judges_prices(o) && o->outlier_action == RECS_OUTLIERS_DROP;
}
static int clips_prices(const recs_clean_options *o) {
  return judges_prices(o) && o->outlier_action == RECS_OUTLIERS_CLIP;
}
static int wants_bots(const recs_clean_options *o) {
  return o->max_user_rate_score > 0;
}

static int32_t new_flags(recs__cleaning *cleaning, uint32_t count) {
  cleaning->flags = recs__alloc_zero(cleaning->context, count, sizeof *cleaning->flags);
  return cleaning->flags == NULL ? recs__fail_nomem() : RECS_OK;
}

int32_t recs__flag_cancelled(recs__cleaning *cleaning) {
  const recs_ids *sessions = recs_events_sessions(cleaning->events);
  const char *prefix = cleaning->options.cancelled_prefix, *name;
  RECS_TRY(new_flags(cleaning, recs_ids_count(sessions)));
  if (!is_text(prefix))
    return RECS_OK;
  for (uint32_t session = 0; session < recs_ids_count(sessions); session++) {
    if (recs_ids_name(&name, NULL, sessions, session) == RECS_OK)
      cleaning->flags[session] = strncmp(name, prefix, strlen(prefix)) == 0;
  }
  return RECS_OK;
}

static int32_t flag_excluded(recs__cleaning *cleaning) {
  const recs_ids *items = recs_events_items(cleaning->events);
  const char *rest = cleaning->options.excluded_items;
  recs__piece id;
  uint32_t row;
  RECS_TRY(new_flags(cleaning, recs_ids_count(items)));
  while (recs__names_next(&id, &rest)) {
    if (recs_ids_find(&row, items, id.text, id.length) == RECS_OK)
      cleaning->flags[row] = 1;
  }
  return RECS_OK;
}

/* Whether an event is dropped. */
static int misses_user(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  (void)cleaning;
  return view->users[i] == RECS_NO_ROW;
}
static int misses_item(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  (void)cleaning;
  return view->items[i] == RECS_NO_ROW;
}
static int is_of_flagged_session(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  uint32_t session = recs__session_of(view, i);
  return session != RECS_NO_ROW && cleaning->flags[session];
}
static int is_of_flagged_item(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  return view->items[i] != RECS_NO_ROW && cleaning->flags[view->items[i]];
}
static int is_of_flagged_user(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  return view->users[i] != RECS_NO_ROW && cleaning->flags[view->users[i]];
}
static int misses_time(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  (void)cleaning;
  return recs__time_of(view, i) == RECS_NO_TIME;
}
static int misses_price(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  (void)cleaning;
  return isnan(recs__price_of(view, i));
}
static int has_no_quantity(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  (void)cleaning;
  return recs__quantity_of(view, i) <= 0;
}
static int has_no_price(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  (void)cleaning;
  return recs__price_of(view, i) <= 0; /* NaN is unknown, and stays */
}
static int is_far(const recs__cleaning *cleaning, double value) {
  return value > 0 && (value < cleaning->low || value > cleaning->high);
}
int recs__has_odd_quantity(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  return is_far(cleaning, recs__quantity_of(view, i));
}
int recs__has_odd_price(const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  return is_far(cleaning, recs__price_of(view, i));
}

/* What a report shows of the first event that a rule dropped: an id or a number. */
static const char *name_of(const recs_ids *ids, uint32_t row) {
  const char *name = NULL;
  if (row != RECS_NO_ROW)
    recs_ids_name(&name, NULL, ids, row);
  return name == NULL ? "" : name;
}
void recs__show_user(char *out, const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  snprintf(out, RECS__EXAMPLE_SIZE, "%s", name_of(recs_events_users(cleaning->events), view->users[i]));
}
void recs__show_item(char *out, const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  snprintf(out, RECS__EXAMPLE_SIZE, "%s", name_of(recs_events_items(cleaning->events), view->items[i]));
}
void recs__show_session(char *out, const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  snprintf(out, RECS__EXAMPLE_SIZE, "%s", name_of(recs_events_sessions(cleaning->events), recs__session_of(view, i)));
}
void recs__show_quantity(char *out, const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  (void)cleaning;
  snprintf(out, RECS__EXAMPLE_SIZE, "%.10g", recs__quantity_of(view, i));
}
void recs__show_price(char *out, const recs__cleaning *cleaning, const recs__event_view *view, size_t i) {
  (void)cleaning;
  snprintf(out, RECS__EXAMPLE_SIZE, "%.10g", recs__price_of(view, i));
}

const recs__clean_rule recs__clean_rules[RECS__CLEAN_RULES] = {
    {"duplicate", wants_duplicates, recs__clean_duplicates, NULL, recs__show_item},
    {"missing user", wants_users, NULL, misses_user, recs__show_item},
    {"missing item", wants_items, NULL, misses_item, recs__show_user},
    {"missing time", wants_times, NULL, misses_time, recs__show_item},
    {"time filled", wants_time_fill, recs__fill_times, NULL, recs__show_item},
    {"near duplicate", wants_near, recs__clean_near, NULL, recs__show_item},
    {"returned", wants_returns, recs__clean_returns, NULL, recs__show_item},
    {"cancelled", wants_cancelled, recs__flag_cancelled, is_of_flagged_session, recs__show_session},
    {"excluded item", wants_excluded, flag_excluded, is_of_flagged_item, recs__show_item},
    {"nonpositive quantity", wants_quantities, NULL, has_no_quantity, recs__show_quantity},
    {"nonpositive price", wants_positive_prices, NULL, has_no_price, recs__show_price},
    {"missing price", wants_prices, NULL, misses_price, recs__show_item},
    {"price filled", wants_price_fill, recs__fill_prices, NULL, recs__show_item},
    {"quantity outlier", drops_quantities, recs__learn_quantities, recs__has_odd_quantity, recs__show_quantity},
    {"quantity clipped", clips_quantities, recs__clip_quantities, NULL, recs__show_quantity},
    {"price outlier", drops_prices, recs__learn_prices, recs__has_odd_price, recs__show_price},
    {"price clipped", clips_prices, recs__clip_prices, NULL, recs__show_price},
    {"bot", wants_bots, recs__learn_user_rates, is_of_flagged_user, recs__show_user},
};
