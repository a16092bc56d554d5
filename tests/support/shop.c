#include "shop.h"

#include <stdio.h>
#include <string.h>

#define TRY(call) \
  do { \
    int32_t tried = (call); \
    if (tried != RECS_OK) \
      return tried; \
  } while (0)

enum { EVENTS_A_USER = 6 };

static const char *const colours[] = {"red", "green", "blue"};

static int32_t add_ids(recs_ids *ids, char letter, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    char name[16];
    uint32_t row;
    int length = snprintf(name, sizeof name, "%c%u", letter, i);
    TRY(recs_ids_add(&row, ids, name, (size_t)length));
  }
  return RECS_OK;
}

static int32_t describe_items(recs_test_shop *shop) {
  uint32_t tags, price, title;
  TRY(recs_profiles_define(&tags, shop->goods, "colour", RECS_FIELD_TAGS, 0));
  TRY(recs_profiles_define(&price, shop->goods, "price", RECS_FIELD_NUMBER, 0));
  TRY(recs_profiles_define(&title, shop->goods, "title", RECS_FIELD_TEXT, 0));
  for (uint32_t item = 0; item + 1 < shop->item_count; item++) {
    const char *colour = colours[item % 3];
    char text[32];
    int length = snprintf(text, sizeof text, "a %s thing %u", colour, item % 5);
    TRY(recs_profiles_set_tag(shop->goods, item, tags, colour, strlen(colour), 1.0f));
    TRY(recs_profiles_set_number(shop->goods, item, price, (double)(item % 7) + 0.5));
    TRY(recs_profiles_set_text(shop->goods, item, title, text, (size_t)length));
  }
  return RECS_OK;
}

static int32_t describe_users(recs_test_shop *shop) {
  uint32_t tags;
  TRY(recs_profiles_define(&tags, shop->people, "colour", RECS_FIELD_TAGS, 0));
  for (uint32_t user = 0; user + 1 < shop->user_count; user += 4)
    TRY(recs_profiles_set_tag(shop->people, user, tags, colours[user % 3], strlen(colours[user % 3]), 0.5f));
  return RECS_OK;
}

/* Two events in three are of the user's own colour. */
static uint32_t choose_item(const recs_test_shop *shop, uint32_t user, uint32_t turn, uint32_t *state) {
  uint32_t sold = shop->item_count - 1;
  uint32_t item;
  *state = *state * 1664525u + 1013904223u;
  item = (*state >> 8) % sold;
  if (turn % 3 != 0)
    item = item - item % 3 + user % 3;
  return item < sold ? item : 0;
}

static int32_t fill_log(recs_test_shop *shop) {
  uint32_t state = 12345;
  int64_t time = 1700000000000;
  for (uint32_t turn = 0; turn < EVENTS_A_USER; turn++) {
    for (uint32_t user = 0; user + 1 < shop->user_count; user++) {
      uint32_t item = choose_item(shop, user, turn, &state);
      recs_event_columns event = {.struct_size = sizeof event, .users = &user, .items = &item, .times = &time};
      time += 60000;
      TRY(recs_events_append(shop->log, &event, 1));
    }
  }
  return RECS_OK;
}

int32_t recs_test_shop_open(recs_test_shop *shop, recs_context *context, uint32_t users, uint32_t items) {
  memset(shop, 0, sizeof *shop);
  shop->user_count = users;
  shop->item_count = items;
  TRY(recs_ids_create(&shop->users, context));
  TRY(recs_ids_create(&shop->items, context));
  TRY(add_ids(shop->users, 'u', users));
  TRY(add_ids(shop->items, 'i', items));
  TRY(recs_profiles_create(&shop->goods, shop->items));
  TRY(recs_profiles_create(&shop->people, shop->users));
  TRY(describe_items(shop));
  TRY(describe_users(shop));
  TRY(recs_events_create(&shop->log, shop->users, shop->items));
  return fill_log(shop);
}

void recs_test_shop_close(recs_test_shop *shop) {
  recs_events_free(shop->log);
  recs_profiles_free(shop->people);
  recs_profiles_free(shop->goods);
  recs_ids_free(shop->items);
  recs_ids_free(shop->users);
}

int32_t recs_test_shop_fit(recs_model **out, const recs_test_shop *shop, const char *scorer, const char *settings,
                           const char *fallback) {
  recs_model_options options;
  *out = NULL;
  TRY(recs_model_options_init(&options, sizeof options));
  options.items = shop->goods;
  options.users = shop->people;
  options.title = "title";
  options.settings = settings;
  if (settings == NULL && (scorer == NULL || strcmp(scorer, "hybrid") == 0))
    options.settings = "als.factors=4"; /* enough for a shop of this size, and quick */
  if (scorer != NULL)
    options.scorer = scorer;
  if (fallback != NULL)
    options.fallback = fallback;
  return recs_model_fit(out, shop->log, &options, NULL, NULL);
}
