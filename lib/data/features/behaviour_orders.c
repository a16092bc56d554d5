/* Features of orders: recency, frequency and money; the gaps between orders; baskets; returns. */
#include "lib/data/features/behaviour.h"
#include "lib/data/day.h"
#include "lib/data/features/quantile.h"

#include "lib/base/sort.h"

static const uint64_t day_bit = UINT64_C(1) << 63;

/* The order that a purchase is part of: its session, or its day. Returns 0 when it has neither. */
static int key_of(uint64_t *out, const recs__user_event *event) {
  *out = event->session != RECS_NO_ROW ? event->session : day_bit + (uint64_t)recs__day_of(event->time == RECS_NO_TIME ? 0 : event->time);
  return event->session != RECS_NO_ROW || event->time != RECS_NO_TIME;
}

static recs__behaviour_order order_of(uint64_t key, const recs__user_event *event) {
  int priced = !isnan(event->price);
  return (recs__behaviour_order){
      key, event->time, event->quantity, priced ? event->quantity * event->price : 0, 1, (uint64_t)priced};
}

static void add_up(recs__behaviour_order *to, const recs__behaviour_order *from) {
  if (to->time == RECS_NO_TIME || (from->time != RECS_NO_TIME && from->time < to->time))
    to->time = from->time;
  to->quantity += from->quantity;
  to->value += from->value;
  to->events += from->events;
  to->priced += from->priced;
}

/* Two parts of one order with the same time and sums may stand either way. */
static int compare_keys(const void *a, const void *b) {
  const recs__behaviour_order *x = a, *y = b;
  if (x->key != y->key)
    return x->key < y->key ? -1 : 1;
  if (x->time != y->time)
    return x->time < y->time ? -1 : 1;
  if (x->quantity - y->quantity != 0)
    return x->quantity < y->quantity ? -1 : 1;
  return (x->value > y->value) - (x->value < y->value);
}

static int compare_times(const void *a, const void *b) {
  const recs__behaviour_order *x = a, *y = b;
  if (x->time != y->time)
    return x->time < y->time ? -1 : 1;
  return (x->key > y->key) - (x->key < y->key);
}

static size_t merge_equal(recs__behaviour_order *orders, size_t count) {
  size_t used = 0;
  for (size_t i = 0; i < count; i++) {
    if (used > 0 && orders[used - 1].key == orders[i].key)
      add_up(&orders[used - 1], &orders[i]);
    else
      orders[used++] = orders[i];
  }
  return used;
}

int32_t recs__behaviour_find_orders(const recs__behaviour *self, recs__behaviour_user *user) {
  size_t used = 0;
  RECS_TRY(recs__grow(self->context, &user->orders, &user->orders_room, user->count, sizeof *user->orders));
  RECS_TRY(recs__grow(self->context, &user->keys, &user->keys_room, user->count, sizeof *user->keys));
  for (size_t i = 0; i < user->count; i++) {
    uint64_t key;
    if (self->purchases[user->events[i].type] && key_of(&key, &user->events[i]))
      user->orders[used++] = order_of(key, &user->events[i]);
  }
  used = merge_equal(user->orders, used);
  recs__sort(user->orders, used, sizeof *user->orders, compare_keys);
  user->order_count = merge_equal(user->orders, used);
  recs__sort(user->orders, user->order_count, sizeof *user->orders, compare_times);
  return RECS_OK;
}

/* All purchases, also those that are part of no order. */
static recs__behaviour_order sum_up(const recs__behaviour *self, const recs__behaviour_user *user) {
  recs__behaviour_order sum = {.time = RECS_NO_TIME};
  for (size_t i = 0; i < user->count; i++) {
    recs__behaviour_order one = order_of(0, &user->events[i]);
    if (self->purchases[user->events[i].type])
      add_up(&sum, &one);
  }
  return sum;
}

static double money_of(const recs__behaviour_order *order) {
  return order->priced > 0 || order->events == 0 ? order->value : (double)NAN;
}

static int64_t latest_purchase(const recs__behaviour *self, const recs__behaviour_user *user) {
  for (size_t i = user->count; i-- > 0;) {
    if (self->purchases[user->events[i].type])
      return user->events[i].time;
  }
  return RECS_NO_TIME;
}

int32_t recs__add_rfm(recs__behaviour *self) {
  RECS_TRY(recs__behaviour_add(self, "", "recency", "days", RECS__NEEDS_TIMES));
  RECS_TRY(recs__behaviour_add(self, "", "frequency", "orders", 0));
  RECS_TRY(recs__behaviour_add(self, "", "monetary", "money", RECS__NEEDS_PRICES));
  return recs__behaviour_add(self, "", "quantity", "units", 0);
}

void recs__fill_rfm(double *out, const recs__behaviour *self, recs__behaviour_user *user) {
  recs__behaviour_order sum = sum_up(self, user);
  int64_t latest = latest_purchase(self, user);
  out[0] = latest == RECS_NO_TIME ? (double)NAN : recs__days_between(latest, self->now);
  out[1] = (double)user->order_count;
  out[2] = money_of(&sum);
  out[3] = sum.quantity;
}

int32_t recs__add_gaps(recs__behaviour *self) {
  RECS_TRY(recs__behaviour_add(self, "", "gap_mean", "days", RECS__NEEDS_TIMES));
  RECS_TRY(recs__behaviour_add(self, "", "gap_median", "days", RECS__NEEDS_TIMES));
  return recs__behaviour_add(self, "", "gap_sd", "days", RECS__NEEDS_TIMES);
}

/* The mean is that of the ends; squares are summed around it. */
void recs__fill_gaps(double *out, const recs__behaviour *self, recs__behaviour_user *user) {
  const recs__behaviour_order *orders = user->orders;
  size_t first = 0, gaps;
  double mean, squares = 0;
  (void)self;
  out[0] = out[1] = out[2] = (double)NAN;
  while (first < user->order_count && orders[first].time == RECS_NO_TIME)
    first += 1;
  if (user->order_count - first < 2)
    return;
  gaps = user->order_count - first - 1;
  mean = recs__days_between(orders[first].time, orders[first + gaps].time) / (double)gaps;
  for (size_t i = 0; i < gaps; i++) {
    double gap = recs__days_between(orders[first + i].time, orders[first + i + 1].time);
    squares += (gap - mean) * (gap - mean);
    user->keys[i] = recs__number_key(gap);
  }
  recs__sort_u64(user->keys, gaps);
  out[0] = mean;
  out[1] = recs__quantile_sorted(user->keys, gaps, 0.5);
  if (gaps > 1)
    out[2] = sqrt(squares / (double)(gaps - 1));
}

int32_t recs__add_baskets(recs__behaviour *self) {
  RECS_TRY(recs__behaviour_add(self, "", "basket_events", "events", 0));
  RECS_TRY(recs__behaviour_add(self, "", "basket_quantity", "units", 0));
  return recs__behaviour_add(self, "", "basket_value", "money", RECS__NEEDS_PRICES);
}

void recs__fill_baskets(double *out, const recs__behaviour *self, recs__behaviour_user *user) {
  recs__behaviour_order sum = {.time = RECS_NO_TIME};
  double orders = (double)user->order_count;
  (void)self;
  for (size_t i = 0; i < user->order_count; i++)
    add_up(&sum, &user->orders[i]);
  out[0] = (double)sum.events / orders; /* no order: 0 / 0 */
  out[1] = sum.quantity / orders;
  out[2] = money_of(&sum) / orders;
}

int32_t recs__add_returns(recs__behaviour *self) {
  RECS_TRY(recs__behaviour_add(self, "", "return_share", "share", RECS__NEEDS_QUANTITIES));
  return recs__behaviour_add(self, "", "returned_quantity", "share", RECS__NEEDS_QUANTITIES);
}

void recs__fill_returns(double *out, const recs__behaviour *self, recs__behaviour_user *user) {
  size_t purchases = 0, returns = 0;
  double bought = 0, returned = 0;
  for (size_t i = 0; i < user->count; i++) {
    double quantity = user->events[i].quantity;
    if (!self->purchases[user->events[i].type])
      continue;
    purchases += 1;
    returns += (size_t)(quantity < 0);
    if (quantity < 0)
      returned -= quantity;
    else
      bought += quantity;
  }
  out[0] = recs__behaviour_share(self, (double)returns, purchases);
  out[1] = bought > 0 ? returned / bought : (double)NAN;
}
