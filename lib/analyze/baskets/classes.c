#include "lib/analyze/baskets/classes.h"

#include "lib/base/sort.h"

#include <string.h>

/* Baskets without the set are squeezed out of a class that has this many items, when that halves its words. */
enum { SQUEEZE_ITEMS = 8, SQUEEZE_WORDS = 4 };

void recs__class_free(recs__class *class, const recs_context *context) {
  recs__free(context, class->order);
  recs__free(context, class->kept);
  recs__free(context, class->rows);
  recs__free(context, class->weights);
  recs__free(context, class->bits);
  recs__free(context, class->partial);
}

void recs__descent_free(recs__descent *descent) {
  const recs_context *context;
  if (descent->search == NULL)
    return;
  context = descent->search->mining->context;
  for (size_t depth = 0; depth < descent->depths; depth++) {
    if (descent->classes[depth] != NULL)
      recs__class_free(descent->classes[depth], context);
    recs__free(context, descent->classes[depth]);
  }
  recs__free(context, descent->classes);
  recs__free(context, descent->keys);
}

/* Grows one array of a class; the room of all is set when the last has grown. */
static int32_t grow_array(const recs_context *context, uint32_t **array, size_t room, size_t needed) {
  return recs__grow(context, array, &room, needed, sizeof **array);
}

int32_t recs__class_reserve(recs__class *class, const recs_context *context, uint32_t count, const recs__bit_shape *shape) {
  size_t words;
  class->shape = *shape;
  if (__builtin_mul_overflow((size_t)count, (size_t)shape->words, &words))
    return recs__fail_nomem();
  if (class->room < count) {
    RECS_TRY(grow_array(context, &class->order, class->room, count));
    RECS_TRY(grow_array(context, &class->kept, class->room, count));
    RECS_TRY(grow_array(context, &class->rows, class->room, count));
    RECS_TRY(recs__grow(context, &class->weights, &class->room, count, sizeof *class->weights));
  }
  return class->bit_room >= words ? RECS_OK
                                  : recs__grow(context, &class->bits, &class->bit_room, words, sizeof *class->bits);
}

static int32_t new_depth(recs__descent *descent, size_t depth) {
  const recs_context *context = descent->search->mining->context;
  size_t room = descent->depths;
  RECS_TRY(recs__grow(context, &descent->classes, &room, depth + 1, sizeof(recs__class *)));
  memset(descent->classes + descent->depths, 0, (room - descent->depths) * sizeof(recs__class *));
  descent->depths = room;
  return RECS_OK;
}

int32_t recs__descent_class(recs__class **out, recs__descent *descent, size_t depth, uint32_t count,
                            const recs__bit_shape *shape) {
  const recs_context *context = descent->search->mining->context;
  if (depth >= descent->depths)
    RECS_TRY(new_depth(descent, depth));
  if (descent->classes[depth] == NULL) {
    descent->classes[depth] = recs__alloc_zero(context, 1, sizeof(recs__class));
    if (descent->classes[depth] == NULL)
      return recs__fail_nomem();
  }
  if (descent->key_room < count)
    RECS_TRY(recs__grow(context, &descent->keys, &descent->key_room, count, sizeof *descent->keys));
  *out = descent->classes[depth];
  return recs__class_reserve(*out, context, count, shape);
}

void recs__class_order(recs__descent *descent, recs__class *class, recs__slots past, recs__slots later, uint32_t support) {
  recs__search *search = descent->search;
  const recs__taxonomy *taxonomy = search->mining->baskets->taxonomy;
  uint32_t kept = 0;
  uint32_t before = past.end - past.begin;
  for (uint32_t slot = past.begin; slot < past.end; slot++)
    class->order[slot - past.begin] = slot;
  for (uint32_t slot = later.begin; slot < later.end; slot++) {
    if (taxonomy != NULL && recs__taxonomy_related(taxonomy, search->items[search->size - 1], class->rows[slot]))
      continue;
    if (class->weights[slot] == support && !recs__taxonomy_links(taxonomy, class->rows[slot]))
      search->optional[search->optionals++] = class->rows[slot];
    else
      descent->keys[kept++] = (uint64_t) class->weights[slot] << 32 | slot;
  }
  recs__sort_u64(descent->keys, kept);
  for (uint32_t i = 0; i < kept; i++)
    class->order[before + i] = (uint32_t)descent->keys[i];
  class->past = before;
  class->count = before + kept;
}

static const uint64_t *row_of(const recs__class *class, uint32_t place) {
  return class->bits + (size_t) class->order[place] * class->shape.words;
}

/* The shape that is left when the baskets outside `mask` go. */
static recs__bit_shape squeezed_shape(const recs__bit_shape *shape, const uint64_t *mask) {
  recs__bit_shape out = *shape;
  out.words = 0;
  for (uint32_t part = 0, w = 0; part < shape->parts; part++) {
    uint64_t bits = 0;
    for (; w < shape->ends[part]; w++)
      bits += (uint64_t)__builtin_popcountll(mask[w]);
    out.words += (uint32_t)((bits + 63) / 64);
    out.ends[part] = out.words;
  }
  return out;
}

/* Rows move towards the front, each into words that were read before. */
static void squeeze(recs__descent *descent, recs__class *class, uint32_t slots, const uint64_t *mask) {
  recs__bit_shape shape;
  if (class->count < SQUEEZE_ITEMS || class->shape.words < SQUEEZE_WORDS)
    return;
  shape = squeezed_shape(&class->shape, mask);
  if (shape.words > class->shape.words / 2)
    return;
  for (uint32_t slot = 0; slot < slots; slot++)
    descent->kernels->gather(class->bits + (size_t)slot * shape.words, class->bits + (size_t)slot * class->shape.words,
                             mask, &class->shape);
  class->shape = shape;
}

/* Places of a class, in its order. */
typedef struct range {
  uint32_t begin, end;
} range;

/* Intersects the rows at some places with that of an item, behind the `slots` rows that the child has. Returns how many there are then. */
static uint32_t intersect(recs__descent *descent, const recs__class *class, recs__class *child, uint32_t slots, range places,
                          const uint64_t *own) {
  uint32_t *kept = child->kept + slots;
  uint32_t stay = descent->kernels->intersect(child->bits + (size_t)slots * class->shape.words, kept, child->weights + slots,
                                              class->bits, class->order + places.begin, places.end - places.begin, own,
                                              &class->shape, recs__search_minimum(descent->search));
  for (uint32_t i = 0; i < stay; i++)
    child->rows[slots + i] = class->rows[class->order[places.begin + kept[i]]];
  return slots + stay;
}

/* What stays of the items before the one at `place`. Where nothing comes after it, closed itemsets need none of them, and maximal ones
 * only whether there are any. */
static uint32_t intersect_past(recs__descent *descent, const recs__class *class, recs__class *child, uint32_t later, uint32_t place,
                               int is_last) {
  const uint64_t *own = row_of(class, place);
  uint32_t count = later;
  if (descent->search->mining->options.kind == RECS_ITEMSETS_ALL)
    return later;
  if (!is_last)
    return intersect(descent, class, child, later, (range){0, place}, own);
  if (descent->search->mining->options.kind == RECS_ITEMSETS_CLOSED)
    return later;
  for (uint32_t i = place; i > 0 && count == later; i--)
    count = intersect(descent, class, child, later, (range){i - 1, i}, own);
  return count;
}

/* Fills the class below with what stays of a class in the baskets of its item at `place`: of the items after it, and of those
 * before it, which matter to closed and maximal sets only. */
static void derive(recs__descent *descent, const recs__class *class, recs__class *child, uint32_t place) {
  const uint64_t *own = row_of(class, place);
  uint32_t support = class->weights[class->order[place]], strict = 0, count;
  uint32_t later = intersect(descent, class, child, 0, (range){place + 1, class->count}, own);
  for (uint32_t slot = 0; slot < later; slot++)
    strict += child->weights[slot] != support;
  count = intersect_past(descent, class, child, later, place, strict == 0);
  recs__class_order(descent, child, (recs__slots){later, count}, (recs__slots){0, later}, support);
  squeeze(descent, child, count, own);
}

/* Whether an earlier item is in all baskets of the one at `place`: the supersets were then found, with that item,
 * before. */
static int is_witnessed(const recs__class *class, uint32_t place) {
  if (class->partial != NULL && class->partial[class->order[place]])
    return 0;
  for (uint32_t i = 0; i < place; i++) {
    if (recs__bits_within(row_of(class, place), row_of(class, i), class->shape.words))
      return 1;
  }
  return 0;
}

/* The set has just been joined by the item at `place`, of that support. */
static int32_t extend(recs__descent *descent, const recs__class *class, uint32_t place, uint32_t support, size_t depth) {
  recs__search *search = descent->search;
  recs__class *child;
  RECS_TRY(recs__descent_class(&child, descent, depth, class->count, &class->shape));
  derive(descent, class, child, place);
  RECS_TRY(recs__search_found(search, support, child->count > 0));
  if (child->count > child->past && recs__search_may_grow(search, search->optionals + child->count - child->past))
    return recs__descend(descent, depth);
  return RECS_OK;
}

int32_t recs__descend_at(recs__descent *descent, const recs__class *class, uint32_t place, size_t depth) {
  recs__search *search = descent->search;
  uint32_t slot = class->order[place], optionals = search->optionals, support = class->weights[slot];
  int32_t status = RECS_OK;
  if (search->mining->options.kind != RECS_ITEMSETS_ALL && is_witnessed(class, place))
    return RECS_OK;
  recs__search_push(search, class->rows[slot]);
  if (recs__search_wants(search, support))
    status = extend(descent, class, place, support, depth);
  search->optionals = optionals;
  recs__search_pop(search);
  return status;
}

int32_t recs__descend(recs__descent *descent, size_t depth) {
  const recs__class *class = descent->classes[depth];
  for (uint32_t place = class->past; place < class->count; place++)
    RECS_TRY(recs__descend_at(descent, class, place, depth + 1));
  return RECS_OK;
}
