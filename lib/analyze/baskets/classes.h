/* Depth-first mining where the baskets are dense: items as rows of bits over the baskets of the set they extend. */
#ifndef RECS_LIB_ANALYZE_BASKETS_CLASSES_H
#define RECS_LIB_ANALYZE_BASKETS_CLASSES_H

#include "lib/analyze/baskets/bits.h"
#include "lib/analyze/baskets/miner.h"

/* The items that occur often enough with a set, at one depth. Slots number the rows of bits; `order` lists them: first
 * those of items that come earlier in the search and only bear witness that a set is not closed or maximal, then those
 * that extend it. */
typedef struct recs__class {
  recs__bit_shape shape;
  uint32_t count;
  uint32_t past;
  uint32_t *order;
  uint32_t *kept;    /* what intersecting needs */
  uint32_t *rows;    /* by slot: the item */
  uint32_t *weights; /* by slot: its support together with the set */
  uint64_t *bits;
  unsigned char *partial; /* by slot: some of its baskets have no bit, since nothing else is in them; NULL: none */
  size_t room;
  size_t bit_room;
} recs__class;

typedef struct recs__descent {
  recs__search *search;
  const recs__bit_kernels *kernels;
  recs__class **classes; /* by depth */
  size_t depths;
  uint64_t *keys; /* what sorting needs */
  size_t key_room;
} recs__descent;

void recs__descent_free(recs__descent *descent);

/* Room for `count` items, with the shape that is given. Free in any case. */
int32_t recs__class_reserve(recs__class *class, const recs_context *context, uint32_t count, const recs__bit_shape *shape);
void recs__class_free(recs__class *class, const recs_context *context);

/* The class at a depth, with room for `count` items. */
int32_t recs__descent_class(recs__class **out, recs__descent *descent, size_t depth, uint32_t count,
                            const recs__bit_shape *shape);

/* Slots from `begin` on, before `end`. */
typedef struct recs__slots {
  uint32_t begin, end;
} recs__slots;

/* Sets the order of slots: the `past` ones come first, then the `later` ones by rising weight; of these, the ones of weight
 * `support` do not take part, but become optional items of the search's set, and those above or below the item that joined it
 * last go. */
void recs__class_order(recs__descent *descent, recs__class *class, recs__slots past, recs__slots later, uint32_t support);

/* Finds what is wanted among the supersets of the search's set by items of the class at a depth. */
int32_t recs__descend(recs__descent *descent, size_t depth);

/* The same for the item at one place of a class alone; classes from `depth` on are used for what is below. */
int32_t recs__descend_at(recs__descent *descent, const recs__class *class, uint32_t place, size_t depth);

#endif
