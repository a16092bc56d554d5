/* Popularity within categories: a history names some, and each category shares itself out among its items. */
#ifndef RECS_LIB_RECOMMEND_CATEGORIES_H
#define RECS_LIB_RECOMMEND_CATEGORIES_H

#include "lib/recommend/scorer.h"

/* Items and the tags of one field, both ways. An item's portions sum to 1, by its tags' weights; so do a tag's shares, by its items'
 * weights and popularity. Tags that do not weigh more than 0 are none, and so are tags whose items nobody has. */
typedef struct recs__categories {
  recs__object *backing; /* not NULL: the arrays belong to it */
  recs_ids *labels;      /* the tags' names; NULL: there are no categories at all */
  uint32_t items;
  int64_t *tag_offsets; /* items + 1 */
  uint32_t *tags;
  float *portions;
  int64_t *item_offsets; /* tags + 1 */
  uint32_t *members;
  float *shares;
} recs__categories;

/* The categories of a field of tags of `profiles`, with the popularity of each of `items` items. recs__categories_free() follows,
 * whatever is returned. */
int32_t recs__categories_init(recs__categories *out, recs_context *context, const recs_profiles *profiles, const char *field,
                              const double *popularity, uint32_t items);
void recs__categories_free(recs__categories *categories, const recs_context *context);

/* What the items of a history that weigh more than 0 say of categories: by how much of its weight each is meant. */
typedef struct recs__interest {
  uint32_t *tags; /* ascending */
  double *parts;  /* sum to 1 */
  size_t count;   /* 0: no item has a category */
} recs__interest;

int32_t recs__interest_init(recs__interest *out, const recs_context *context, const recs__categories *categories,
                            const recs_history *history);
void recs__interest_free(recs__interest *interest, const recs_context *context);

/* score(i) = sum over the categories t of the interest of part(t) share(i of t). */
void recs__categories_score(const recs__categories *categories, const recs__interest *interest, recs__board *board);
int32_t recs__categories_reasons(const recs__categories *categories, const recs__interest *interest, uint32_t item,
                                 recs__reasons *out);

int32_t recs__categories_write(const recs__categories *categories, recs__writer *writer);
/* recs__categories_free() follows, whatever is returned. */
int32_t recs__categories_read(recs__categories *out, recs__reader *reader, uint32_t items);

#endif
