#include "lib/analyze/classes.h"

#include "lib/base/sort.h"

#include <string.h>

/* Baskets without the set are squeezed out of a class that has this many items, when that halves its words. */
enum { SQUEEZE_ITEMS = 8, SQUEEZE_WORDS = 4 };

void recs__descent_free(recs__descent *descent) {
  const recs_context *context;
  if (descent->search == NULL)
    return;
  context = descent->search->mining->context;
  for (size_t depth = 0; depth < descent->depths; depth++) {
    recs__free(context, descent->classes[depth].order);
    recs__free(context, descent->classes[depth].rows);
    recs__free(context, descent->classes[depth].weights);
    recs__free(context, descent->classes[depth].bits);
  }
  recs__free(context, descent->classes);
  recs__free(context, descent->keys);
}

static int32_t reserve_depth(recs__descent *descent, size_t depth) {
  const recs_context *context = descent->search->mining->context;
  size_t room = descent->depths;
  if (depth < room)
    return RECS_OK;
  RECS_TRY(recs__grow(context, &descent->classes, &room, depth + 1, sizeof *descent->classes));
  memset(descent->classes + descent->depths, 0, (room - descent->depths) * sizeof *descent->classes);
  descent->depths = room;
  return RECS_OK;
}

/* Grows one array of a class; the room of all three is set when the last has grown. */
static int32_t grow_array(const recs_context *context, uint32_t **array, size_t room, size_t needed) {
  return recs__grow(context, array, &room, needed, sizeof **array);
}

int32_t recs__class_reserve(recs__descent *descent, size_t depth, uint32_t count, const recs__bit_shape *shape) {
  const recs_context *context = descent->search->mining->context;
  recs__class *class;
  size_t room, words;
  RECS_TRY(reserve_depth(descent, depth));
  class = &descent->classes[depth];
  class->shape = *shape;
  if (__builtin_mul_overflow((size_t)count, (size_t)shape->words, &words))
    return recs__fail_nomem();
  if (class->room < count) {
    room = class->room;
    RECS_TRY(grow_array(context, &class->order, room, count));
    RECS_TRY(grow_array(context, &class->rows, room, count));
    RECS_TRY(recs__grow(context, &class->weights, &class->room, count, sizeof *class->weights));
  }
  RECS_TRY(recs__grow(context, &descent->keys, &descent->key_room, count, sizeof *descent->keys));
  return recs__grow(context, &class->bits, &class->bit_room, words, sizeof *class->bits);
}

void recs__class_order(recs__descent *descent, size_t depth, uint32_t past, uint32_t count, uint32_t support) {
  recs__class *class = &descent->classes[depth];
  recs__search *search = descent->search;
  uint32_t kept = 0;
  for (uint32_t slot = 0; slot < past; slot++)
    class->order[slot] = slot;
  for (uint32_t slot = past; slot < count; slot++) {
    if (class->weights[slot] == support)
      search->optional[search->optionals++] = class->rows[slot];
    else
      descent->keys[kept++] = (uint64_t) class->weights[slot] << 32 | slot;
  }
  recs__sort_u64(descent->keys, kept);
  for (uint32_t i = 0; i < kept; i++)
    class->order[past + i] = (uint32_t)descent->keys[i];
  class->past = past;
  class->count = past + kept;
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

/* Fills the class below with what stays of the class at `depth` in the baskets of its item at `place`: of the items
 * before it, which matter to closed and maximal sets only, and of those after it. */
static void derive(recs__descent *descent, size_t depth, uint32_t place) {
  const recs__class *class = &descent->classes[depth];
  recs__class *child = &descent->classes[depth + 1];
  const uint64_t *own = row_of(class, place);
  const recs_apriori_options *options = &descent->search->mining->options;
  uint32_t minimum = (uint32_t)options->min_count;
  uint32_t past = 0, count;
  if (options->kind != RECS_ITEMSETS_ALL)
    past = descent->kernels->intersect(child->bits, child->order, child->weights, class->bits, class->order, place, own,
                                       &class->shape, minimum);
  count = past + descent->kernels->intersect(child->bits + (size_t)past * class->shape.words, child->order + past,
                                             child->weights + past, class->bits, class->order + place + 1,
                                             class->count - place - 1, own, &class->shape, minimum);
  for (uint32_t slot = 0; slot < count; slot++)
    child->rows[slot] = class->rows[class->order[child->order[slot] + (slot < past ? 0 : place + 1)]];
  recs__class_order(descent, depth + 1, past, count, class->weights[class->order[place]]);
  squeeze(descent, child, count, own);
}

/* Whether an earlier item is in all baskets of the one at `place`: the supersets were then found, with that item,
 * before. */
static int is_witnessed(const recs__class *class, uint32_t place) {
  for (uint32_t i = 0; i < place; i++) {
    if (recs__bits_within(row_of(class, place), row_of(class, i), class->shape.words))
      return 1;
  }
  return 0;
}

static int32_t visit(recs__descent *descent, size_t depth, uint32_t place) {
  recs__search *search = descent->search;
  const recs__class *class = &descent->classes[depth];
  uint32_t slot = class->order[place];
  uint32_t row = class->rows[slot], support = class->weights[slot];
  uint32_t optionals = search->optionals;
  recs__bit_shape shape = class->shape;
  if (search->mining->options.kind != RECS_ITEMSETS_ALL && is_witnessed(class, place))
    return RECS_OK;
  RECS_TRY(recs__class_reserve(descent, depth + 1, class->count, &shape));
  recs__search_push(search, row);
  derive(descent, depth, place);
  class = &descent->classes[depth + 1];
  RECS_TRY(recs__search_found(search, support, class->count > 0));
  if (class->count > class->past && recs__search_may_grow(search, search->optionals + class->count - class->past))
    RECS_TRY(recs__descend(descent, depth + 1));
  search->optionals = optionals;
  recs__search_pop(search, row);
  return RECS_OK;
}

int32_t recs__descend(recs__descent *descent, size_t depth) {
  for (uint32_t place = descent->classes[depth].past; place < descent->classes[depth].count; place++)
    RECS_TRY(visit(descent, depth, place));
  return RECS_OK;
}
