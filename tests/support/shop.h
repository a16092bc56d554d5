/* A small shop for tests of what is served: users, items with tags, numbers and titles, and a log. Its content depends
 * on the sizes alone. */
#ifndef RECS_TESTS_SHOP_H
#define RECS_TESTS_SHOP_H

#include <recs/recs.h>

typedef struct recs_test_shop {
  uint32_t user_count; /* the last user did nothing */
  uint32_t item_count; /* nobody took the last item, which has no title and no tag */
  recs_ids *users;
  recs_ids *items;
  recs_profiles *goods;
  recs_profiles *people;
  recs_events *log;
} recs_test_shop;

/* Users "u0" ..., items "i0" ... of three colours; user u prefers colour u % 3. Close it, whatever the status is. */
int32_t recs_test_shop_open(recs_test_shop *shop, recs_context *context, uint32_t users, uint32_t items);
void recs_test_shop_close(recs_test_shop *shop);

/* A model of the shop with its profiles and titles. NULL for a name: the default, with few factors. */
int32_t recs_test_shop_fit(recs_model **out, const recs_test_shop *shop, const char *scorer, const char *settings,
                           const char *fallback);

#endif
