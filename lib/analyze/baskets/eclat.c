/* Depth-first mining (Zaki 1997). From an item's baskets those that hold it are projected: into rows of bits where they
 * are dense, else into baskets again, of fewer items. Items go by rising frequency: sets are found with their rarest
 * item first. */
#include "lib/analyze/baskets/classes.h"
#include "lib/base/parallel.h"

#include <string.h>

/* Rows of bits are chosen when intersecting them takes less time than going through lists, as far as that can be told, and
 * they take at most this many times the room. */
enum { DENSE_FACTOR = 16, DENSE_BYTES = 256 * 1024, NOT_KEPT = -1, AHEAD = 16, LISTED = 256 };

/* What one thread works with. */
typedef struct worker {
  recs__search *search;
  recs__descent descent;
  int descending;          /* the items of the highest support come first, which soon sets a limit for the others */
  const recs__class *root; /* all items over all baskets, shared; NULL: go by lists */
  uint32_t *counts; /* by code; all zero between uses */
  int32_t *local;   /* by code: its slot or code in the projection, or NOT_KEPT */
} worker;

/* The baskets of one code, being projected. */
typedef struct projection {
  const recs__baskets *from;
  uint32_t code;
  int witness;   /* earlier items matter too */
  uint32_t kept; /* items that occur often enough with the code; the first `past` of them come earlier */
  uint32_t past;
  uint64_t weight; /* the sum of their supports */
} projection;

/* Baskets of an item lie far apart: the one that is wanted soon is asked for from memory now. */
static inline void fetch_ahead(const recs__baskets *from, uint32_t i, uint32_t end) {
  if (i + AHEAD < end)
    __builtin_prefetch(from->codes + from->places[i + AHEAD]);
}

/* The first code after the basket's beginning that the projection looks at. */
static const uint32_t *first_code(const projection *work, uint32_t place) {
  const uint32_t *code = work->from->codes + place;
  if (!work->witness)
    return code + 1;
  while (code[-1] != RECS__BASKET_END)
    code--;
  return code;
}

static void count_codes(const projection *work, uint32_t *restrict counts) {
  const recs__baskets *from = work->from;
  const uint32_t *restrict places = from->places;
  uint32_t level = 0, level_end = from->begins[1], end = from->offsets[work->code + 1];
  for (uint32_t i = from->offsets[work->code]; i < end; i++) {
    fetch_ahead(from, i, end);
    while (places[i] >= level_end)
      level_end = from->begins[++level + 1];
    for (const uint32_t *code = first_code(work, places[i]); *code != RECS__BASKET_END; code++)
      counts[*code] += 1u << level;
  }
}

/* Numbers the codes that stay, and makes those that are in all baskets optional. Returns 0 when an earlier item is in
 * all of them: everything to be found was then found with it. Leaves the counts as they are. */
static int keep_codes(projection *work, worker *self) {
  const recs__baskets *from = work->from;
  uint32_t support = from->supports[work->code];
  uint32_t minimum = recs__search_minimum(self->search), row = from->rows[work->code];
  const recs__taxonomy *taxonomy = self->search->mining->baskets->taxonomy;
  recs__search *search = self->search;
  for (uint32_t code = work->witness ? 0 : work->code + 1; code < from->items; code++) {
    uint32_t count = self->counts[code];
    self->local[code] = NOT_KEPT;
    if (count < minimum || code == work->code || (taxonomy != NULL && recs__taxonomy_related(taxonomy, row, from->rows[code])))
      continue;
    if (count == support && code < work->code)
      return 0;
    if (count == support && !recs__taxonomy_links(taxonomy, from->rows[code])) {
      search->optional[search->optionals++] = from->rows[code];
      continue;
    }
    self->local[code] = (int32_t)work->kept++;
    work->past += code < work->code;
    work->weight += count;
  }
  return 1;
}

static void clear_counts(const projection *work, uint32_t *counts) {
  uint32_t begin = work->witness ? 0 : work->code + 1;
  memset(counts + begin, 0, (work->from->items - begin) * sizeof *counts);
}

/* One bit for each basket of the code; each level begins with a new word. */
static recs__bit_shape shape_of(const projection *work) {
  const recs__baskets *from = work->from;
  recs__bit_shape shape = {0};
  uint32_t i = from->offsets[work->code];
  for (uint32_t level = 0; level < RECS__BASKET_LEVELS; level++) {
    uint32_t begin = i;
    while (i < from->offsets[work->code + 1] && from->places[i] < from->begins[level + 1])
      i++;
    if (i == begin)
      continue;
    shape.words += (i - begin + 63) / 64;
    shape.ends[shape.parts] = shape.words;
    shape.levels[shape.parts++] = level;
  }
  return shape;
}

/* Nanoseconds, roughly, to search `items` items among `baskets` that hold `entries` of them: an intersection of each pair
 * of rows of bits, or a look at each pair of items of each basket, twice, and at each pair of items. */
static double dense_cost(double items, double words) {
  return items * items / 2 * (5 + words / 8);
}

static double sparse_cost(double items, double baskets, double entries) {
  return baskets == 0 ? 0 : entries / baskets * entries * 2.5 + items * items / 2 + items * 200;
}

static int is_dense(double items, double words, double baskets, double entries) {
  double bits = items * words * sizeof(uint64_t), lists = entries * sizeof(uint32_t);
  return (bits <= DENSE_BYTES || bits <= DENSE_FACTOR * lists) &&
         dense_cost(items, words) <= sparse_cost(items, baskets, entries);
}

/* Merged baskets are fewer than their weight: their lists are so much shorter. */
static int projects_dense(const projection *work, const recs__bit_shape *shape) {
  const recs__baskets *from = work->from;
  double baskets = from->offsets[work->code + 1] - from->offsets[work->code];
  return is_dense(work->kept, shape->words, baskets, (double)work->weight * baskets / from->supports[work->code]);
}

/* Bits that are to be set, by their place among all bits of the class: gathered first, so that no branch depends on whether an item
 * stays. */
typedef struct bit_list {
  uint64_t *bits;
  uint32_t count;
  uint64_t places[LISTED];
} bit_list;

static void set_listed(bit_list *list) {
  for (uint32_t i = 0; i < list->count; i++)
    list->bits[list->places[i] / 64] |= UINT64_C(1) << (list->places[i] & 63);
  list->count = 0;
}

static inline void list_basket(bit_list *list, const uint32_t *code, const int32_t *local, uint64_t row_bits, uint64_t bit) {
  uint32_t count = list->count;
  for (; *code != RECS__BASKET_END; code++) {
    int32_t slot = local[*code];
    list->places[count] = (uint64_t)slot * row_bits + bit;
    count += slot != NOT_KEPT;
    if (count == LISTED) {
      list->count = count;
      set_listed(list);
      count = 0;
    }
  }
  list->count = count;
}

static void fill_bits(const projection *work, const int32_t *local, recs__class *class) {
  const recs__baskets *from = work->from;
  const recs__bit_shape *shape = &class->shape;
  uint32_t part = 0, level = 0, end = from->offsets[work->code + 1];
  bit_list list = {.bits = class->bits};
  uint64_t bit = 0, row_bits = (uint64_t)shape->words * 64;
  memset(class->bits, 0, (size_t)work->kept * shape->words * sizeof *class->bits);
  for (uint32_t i = from->offsets[work->code]; i < end; i++, bit++) {
    fetch_ahead(from, i, end);
    while (from->places[i] >= from->begins[level + 1])
      level += 1;
    for (; shape->levels[part] < level; part++)
      bit = (uint64_t)shape->ends[part] * 64;
    list_basket(&list, first_code(work, from->places[i]), local, row_bits, bit);
  }
  set_listed(&list);
}

static int32_t mine_dense(const projection *work, worker *self, const recs__bit_shape *shape) {
  const recs__baskets *from = work->from;
  recs__class *class;
  RECS_TRY(recs__descent_class(&class, &self->descent, 0, work->kept, shape));
  for (uint32_t code = work->witness ? 0 : work->code + 1; code < from->items; code++) {
    if (self->local[code] == NOT_KEPT)
      continue;
    class->rows[self->local[code]] = from->rows[code];
    class->weights[self->local[code]] = self->counts[code];
  }
  clear_counts(work, self->counts);
  fill_bits(work, self->local, class);
  recs__class_order(&self->descent, class, (recs__slots){0, work->past}, (recs__slots){work->past, work->kept},
                    from->supports[work->code]);
  return recs__descend(&self->descent, 0);
}

/* Copies the codes that stay, with one place to spare; baskets that keep fewer than two say nothing more. Returns the length. */
static uint32_t copy_baskets(const projection *work, const int32_t *local, recs__baskets *out) {
  const recs__baskets *from = work->from;
  uint32_t length = 1, level = 0, *codes = out->codes;
  codes[0] = RECS__BASKET_END;
  out->begins[0] = 1;
  for (uint32_t i = from->offsets[work->code]; i < from->offsets[work->code + 1]; i++) {
    uint32_t begin = length;
    for (; from->places[i] >= from->begins[level + 1]; level++)
      out->begins[level + 1] = length;
    fetch_ahead(from, i, from->offsets[work->code + 1]);
    for (const uint32_t *code = first_code(work, from->places[i]); *code != RECS__BASKET_END; code++) {
      codes[length] = (uint32_t)local[*code];
      length += local[*code] != NOT_KEPT;
    }
    if (length - begin < 2)
      length = begin;
    else
      codes[length++] = RECS__BASKET_END;
  }
  for (; level < RECS__BASKET_LEVELS; level++)
    out->begins[level + 1] = length;
  return length;
}

/* How many places the projected baskets take at most, and one to spare. */
static size_t projected_room(const projection *work, const int32_t *local) {
  const recs__baskets *from = work->from;
  size_t baskets = from->offsets[work->code + 1] - from->offsets[work->code], room = 2;
  if (from->begins[1] == from->begins[RECS__BASKET_LEVELS]) /* none was merged: supports count baskets */
    return (size_t)work->weight + baskets + room;
  for (uint32_t i = from->offsets[work->code]; i < from->offsets[work->code + 1]; i++, room++) {
    for (const uint32_t *code = first_code(work, from->places[i]); *code != RECS__BASKET_END; code++)
      room += local[*code] != NOT_KEPT;
  }
  return room;
}

static int32_t project(recs__baskets *out, const projection *work, worker *self) {
  const recs__baskets *from = work->from;
  const recs_context *context = self->search->mining->context;
  size_t room = projected_room(work, self->local);
  memset(out, 0, sizeof *out);
  out->items = work->kept;
  out->past = work->past;
  out->rows = recs__alloc(context, work->kept, sizeof *out->rows);
  out->supports = recs__alloc(context, work->kept, sizeof *out->supports);
  out->codes = recs__alloc(context, room, sizeof *out->codes);
  out->places = recs__alloc(context, room, sizeof *out->places);
  out->offsets = recs__alloc(context, (size_t)work->kept + 1, sizeof *out->offsets);
  if (out->rows == NULL || out->supports == NULL || out->codes == NULL || out->places == NULL || out->offsets == NULL)
    return recs__fail_nomem();
  for (uint32_t code = work->witness ? 0 : work->code + 1; code < from->items; code++) {
    if (self->local[code] == NOT_KEPT)
      continue;
    out->rows[self->local[code]] = from->rows[code];
    out->supports[self->local[code]] = self->counts[code];
  }
  recs__baskets_index(out, copy_baskets(work, self->local, out));
  clear_counts(work, self->counts);
  return RECS_OK;
}

static int32_t mine_code(worker *self, const recs__baskets *from, uint32_t code);

static int32_t mine_sparse(const projection *work, worker *self) {
  recs__baskets projected;
  int32_t status;
  RECS_GO(project(&projected, work, self));
  for (uint32_t code = projected.past; code < projected.items; code++)
    RECS_GO(mine_code(self, &projected, code));
cleanup:
  recs__baskets_free(self->search->mining->context, &projected);
  return status;
}

static int32_t mine_projection(projection *work, worker *self) {
  recs__search *search = self->search;
  uint32_t later = work->kept - work->past;
  RECS_TRY(recs__search_found(search, work->from->supports[work->code], work->kept > 0));
  if (later > 0 && recs__search_may_grow(search, search->optionals + later)) {
    recs__bit_shape shape = shape_of(work);
    return projects_dense(work, &shape) ? mine_dense(work, self, &shape) : mine_sparse(work, self);
  }
  clear_counts(work, self->counts);
  return RECS_OK;
}

/* The sets whose first item, in the order of the search, is that of the code. */
static int32_t mine_code(worker *self, const recs__baskets *from, uint32_t code) {
  projection work = {.from = from, .code = code, .witness = self->search->mining->options.kind != RECS_ITEMSETS_ALL};
  recs__search *search = self->search;
  uint32_t optionals = search->optionals;
  int32_t status = RECS_OK;
  recs__search_push(search, from->rows[code]);
  if (recs__search_wants(search, from->supports[code])) {
    count_codes(&work, self->counts);
    if (keep_codes(&work, self))
      status = mine_projection(&work, self);
    else
      clear_counts(&work, self->counts);
  }
  search->optionals = optionals;
  recs__search_pop(search);
  return status;
}

static int32_t mine_range(void *payload, uint32_t thread, size_t begin, size_t end) {
  worker *self = (worker *)payload + thread;
  const recs__baskets *baskets = self->search->mining->baskets;
  for (size_t task = begin; task < end; task++) {
    uint32_t code = (uint32_t)(self->descending ? baskets->items - 1 - task : baskets->past + task);
    recs__search_begin(self->search, task);
    if (self->root == NULL)
      RECS_TRY(mine_code(self, baskets, code));
    else
      RECS_TRY(recs__descend_at(&self->descent, self->root, code, 0));
    RECS_TRY(recs__search_end(self->search));
  }
  return RECS_OK;
}

static int32_t worker_init(worker *self, const recs__mining *mining, recs__search *search, const recs__class *root) {
  self->search = search;
  self->descent.search = search;
  self->descent.kernels = recs__bit_kernels_for(recs_context_cpu(mining->context));
  self->root = root;
  self->descending = mining->scout != NULL;
  self->counts = recs__alloc_zero(mining->context, mining->baskets->items, sizeof *self->counts);
  self->local = recs__alloc(mining->context, mining->baskets->items, sizeof *self->local);
  return self->counts == NULL || self->local == NULL ? recs__fail_nomem() : RECS_OK;
}

/* One bit for each basket; each level begins with a new word. */
static recs__bit_shape whole_shape(uint32_t *baskets_of_all, const recs__baskets *baskets) {
  recs__bit_shape shape = {0};
  *baskets_of_all = 0;
  for (uint32_t level = 0; level < RECS__BASKET_LEVELS; level++) {
    uint32_t count = 0;
    for (uint32_t i = baskets->begins[level]; i < baskets->begins[level + 1]; i++)
      count += baskets->codes[i] == RECS__BASKET_END;
    if (count == 0)
      continue;
    *baskets_of_all += count;
    shape.words += (count + 63) / 64;
    shape.ends[shape.parts] = shape.words;
    shape.levels[shape.parts++] = level;
  }
  return shape;
}

static void fill_root(recs__class *root, const recs__baskets *baskets) {
  uint32_t part = 0;
  size_t bit = 0;
  memset(root->bits, 0, (size_t)baskets->items * root->shape.words * sizeof *root->bits);
  for (uint32_t i = 1; i < baskets->begins[RECS__BASKET_LEVELS]; i++) {
    for (; i >= baskets->begins[root->shape.levels[part] + 1]; part++)
      bit = (size_t)root->shape.ends[part] * 64;
    if (baskets->codes[i] == RECS__BASKET_END)
      bit += 1;
    else
      root->bits[(size_t)baskets->codes[i] * root->shape.words + bit / 64] |= UINT64_C(1) << (bit & 63);
  }
  for (uint32_t code = 0; code < baskets->items; code++) {
    root->order[code] = code;
    root->rows[code] = baskets->rows[code];
    root->weights[code] = baskets->supports[code];
  }
  root->past = baskets->past;
  root->count = baskets->items;
}

/* In how many of the baskets that are kept an item is. */
static uint64_t kept_support(const recs__baskets *baskets, uint32_t code) {
  uint64_t support = 0;
  uint32_t level = 0;
  for (uint32_t i = baskets->offsets[code]; i < baskets->offsets[code + 1]; i++) {
    while (baskets->places[i] >= baskets->begins[level + 1])
      level += 1;
    support += UINT64_C(1) << level;
  }
  return support;
}

static int32_t mark_partial(recs__class *root, const recs__mining *mining) {
  const recs__baskets *baskets = mining->baskets;
  root->partial = recs__alloc(mining->context, baskets->items, 1);
  if (root->partial == NULL)
    return recs__fail_nomem();
  for (uint32_t code = 0; code < baskets->items; code++)
    root->partial[code] = kept_support(baskets, code) < baskets->supports[code];
  return RECS_OK;
}

/* Makes the root where all baskets together are dense; else leaves it empty. */
static int32_t make_root(recs__class *root, const recs__mining *mining) {
  const recs__baskets *baskets = mining->baskets;
  uint32_t rows;
  recs__bit_shape shape = whole_shape(&rows, baskets);
  uint32_t entries = baskets->begins[RECS__BASKET_LEVELS] - baskets->begins[0] - rows;
  if (!is_dense(baskets->items, shape.words, rows, entries))
    return RECS_OK;
  RECS_TRY(recs__class_reserve(root, mining->context, baskets->items, &shape));
  fill_root(root, baskets);
  return mining->options.kind == RECS_ITEMSETS_ALL ? RECS_OK : mark_partial(root, mining);
}

int32_t recs__mine_eclat(recs__mining *mining, const recs__progress *progress) {
  const recs_context *context = mining->context;
  worker *workers = recs__alloc_zero(context, mining->threads, sizeof *workers);
  uint32_t tasks = mining->baskets->items - mining->baskets->past;
  recs__class root = {0};
  int32_t status = workers == NULL ? recs__fail_nomem() : make_root(&root, mining);
  for (uint32_t thread = 0; thread < mining->threads && status == RECS_OK; thread++)
    status = worker_init(&workers[thread], mining, &mining->searches[thread], root.count == 0 ? NULL : &root);
  if (status == RECS_OK && mining->alone)
    status = mine_range(workers, 0, 0, tasks);
  else if (status == RECS_OK)
    status = recs__parallel(context, tasks, 1, mine_range, workers, progress);
  for (uint32_t thread = 0; thread < mining->threads && workers != NULL; thread++) {
    recs__descent_free(&workers[thread].descent);
    recs__free(context, workers[thread].counts);
    recs__free(context, workers[thread].local);
  }
  recs__class_free(&root, context);
  recs__free(context, workers);
  return status;
}
