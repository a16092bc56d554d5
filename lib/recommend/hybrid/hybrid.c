/* Combining the scores of several scorers: score = sum of w s / sum of w, s being a part's score as it is (raw),
 * divided by the part's largest (scaled), or turned into 1 / (k + rank) (reciprocal-rank fusion; Cormack, Clarke and
 * Buettcher 2009). */
#include "lib/recommend/hybrid/hybrid.h"

#include "lib/base/sort.h"
#include "lib/similarity/topk.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static void destroy(void *object) {
  recs__hybrid *self = object;
  for (uint32_t p = 0; p < self->mixture.parts; p++)
    recs_scorer_free(self->parts[p]);
}

int32_t recs__hybrid_make(recs_scorer **out, const recs__scorer_kind *kind, const recs_scorer *const *parts,
                          const recs__mixture *mixture, const recs_hybrid_options *options) {
  recs__hybrid *self;
  RECS_TRY(recs__mixture_check(mixture));
  for (uint32_t p = 1; p < mixture->parts; p++) {
    if (parts[p]->items != parts[0]->items)
      return recs__fail(RECS_ERROR_INVALID, "part %" PRIu32 " has a catalogue of %" PRIu32 " items, part 1 one of %" PRIu32,
                        p + 1, parts[p]->items, parts[0]->items);
  }
  self = recs__scorer_new(recs__context_of(parts[0]), kind, sizeof *self, parts[0]->items, destroy);
  if (self == NULL)
    return RECS_ERROR_NOMEM;
  self->mode = options->mode;
  self->rrf_k = options->rrf_k;
  self->mixture = *mixture;
  for (uint32_t p = 0; p < mixture->parts; p++)
    self->parts[p] = recs__hold(parts[p]);
  *out = &self->scorer;
  return RECS_OK;
}

static int32_t keep(double *divisor, const recs__hybrid *self, recs__board *board) {
  (void)divisor;
  (void)self;
  (void)board;
  return RECS_OK;
}

/* All zero stays all zero. */
static int32_t find_largest(double *divisor, const recs__hybrid *self, recs__board *board) {
  double largest = 0;
  (void)self;
  for (uint32_t i = 0; i < board->count; i++) {
    uint32_t item = board->touched[i];
    double size = fabs(board->scores[item]);
    if (board->marks[item] == RECS__SCORED && size > largest)
      largest = size;
  }
  if (largest > 0)
    *divisor = largest;
  return RECS_OK;
}

static int by_score(const void *first, const void *second) {
  recs__pick a, b;
  memcpy(&a, first, sizeof a);
  memcpy(&b, second, sizeof b);
  return recs__pick_better(a, b) ? -1 : recs__pick_better(b, a);
}

/* An item's rank is counted among those that are not seen: a seen one has the rank that it would have. */
static int32_t turn_into_ranks(double *divisor, const recs__hybrid *self, recs__board *board) {
  recs__pick *picks = recs__alloc(board->context, board->count, sizeof *picks);
  size_t count = 0;
  double rank = 1;
  (void)divisor;
  if (picks == NULL)
    return recs__fail_nomem();
  for (uint32_t i = 0; i < board->count; i++) {
    uint32_t item = board->touched[i];
    if (recs__board_scored(board, item))
      picks[count++] = (recs__pick){board->scores[item], item};
  }
  recs__sort(picks, count, sizeof *picks, by_score);
  for (size_t i = 0; i < count; i++) {
    board->scores[picks[i].row] = 1 / (self->rrf_k + rank);
    rank += (board->marks[picks[i].row] & RECS__SEEN) == 0;
  }
  recs__free(board->context, picks);
  return RECS_OK;
}

int32_t recs__hybrid_scale(double *divisor, const recs__hybrid *hybrid, recs__board *board) {
  static int32_t (*const modes[])(double *, const recs__hybrid *, recs__board *) = {
      [RECS_HYBRID_SCALED] = find_largest,
      [RECS_HYBRID_RAW] = keep,
      [RECS_HYBRID_RRF] = turn_into_ranks,
  };
  *divisor = 1;
  return modes[hybrid->mode](divisor, hybrid, board);
}

/* To a power, with its sign. */
static double raised(double score, double power) {
  double size = fabs(score);
  return power == 1 ? score : copysign(power == 0.5 ? sqrt(size) : pow(size, power), score);
}

/* What the parts are asked for. */
typedef struct question {
  const recs_history *history; /* NULL: items similar to `item` */
  uint32_t item;
  const double *weights; /* of the parts */
} question;

/* A part's scores, on a clean board, and what they are divided by. */
static int32_t ask(double *divisor, recs__board *board, const recs__hybrid *self, uint32_t part, const question *asked) {
  RECS_TRY(asked->history != NULL ? recs__scorer_score_on(board, self->parts[part], asked->history)
                                  : recs__scorer_similar_on(board, self->parts[part], asked->item));
  return recs__hybrid_scale(divisor, self, board);
}

/* Weighs a part's scores and adds them. */
static void add_part(recs__board *board, const recs__board *part, double divisor, double power, double weight) {
  for (uint32_t i = 0; i < part->count; i++) {
    uint32_t item = part->touched[i];
    if (recs__board_scored(part, item))
      recs__board_add(board, item, weight * raised(part->scores[item] / divisor, power));
  }
}

/* Whether a part takes its share of an answer. Of similar items, some know nothing. */
static int answers(const recs_scorer *part, const question *asked) {
  return asked->history != NULL || recs__scorer_knows_similar(part);
}

/* True when the parts that answer all weigh nothing: the weights are those of lists, and a part that is of no use there
 * may be the only one that knows similar items. Such parts then count alike. */
static int is_weightless(const recs__hybrid *self, const question *asked) {
  for (uint32_t p = 0; p < self->mixture.parts; p++) {
    if (asked->weights[p] != 0 && answers(self->parts[p], asked))
      return 0;
  }
  return 1;
}

static int32_t combine(recs__board *board, const recs__hybrid *self, const question *asked) {
  int weightless = is_weightless(self, asked);
  recs__board *child;
  double total = 0;
  RECS_TRY(recs__board_child(&child, board));
  for (uint32_t p = 0; p < self->mixture.parts; p++) {
    double weight = weightless ? 1 : asked->weights[p], divisor;
    int32_t status;
    if (weight == 0 || !answers(self->parts[p], asked))
      continue;
    status = ask(&divisor, child, self, p, asked);
    if (status == RECS_OK)
      add_part(board, child, divisor, self->mixture.power, weight);
    recs__board_clear(child);
    RECS_TRY(status);
    total += weight;
  }
  if (total > 0)
    recs__board_divide(board, total);
  return RECS_OK;
}

int32_t recs__hybrid_score(const recs_scorer *scorer, const recs_history *history, recs__board *board) {
  const recs__hybrid *self = (const recs__hybrid *)scorer;
  question asked = {history, RECS_NO_ROW, recs__mixture_for(&self->mixture, history->count)};
  return combine(board, self, &asked);
}

int recs__scorer_knows_similar(const recs_scorer *scorer) {
  int any = 0;
  if (!scorer->kind->has_parts)
    return scorer->kind->similar != NULL;
  for (uint32_t p = 0; p < recs_scorer_parts(scorer); p++)
    any |= recs__scorer_knows_similar(recs_scorer_part(scorer, p));
  return any;
}

int32_t recs__hybrid_similar(const recs_scorer *scorer, uint32_t item, recs__board *board) {
  const recs__hybrid *self = (const recs__hybrid *)scorer;
  question asked = {NULL, item, recs__mixture_for(&self->mixture, 1)}; /* as for a history of one item */
  if (!recs__scorer_knows_similar(scorer))
    return recs__fail(RECS_ERROR_UNSUPPORTED, "no part of the hybrid knows similar items");
  return combine(board, self, &asked);
}

/* A part's share of the item's score goes to the part's own reasons, in their proportions. */
static int32_t add_reasons(recs__reasons *out, const recs__hybrid *self, uint32_t part, recs__board *board,
                           const recs_history *history, uint32_t item, double weight) {
  size_t begin = out->count;
  double own, share, divisor;
  RECS_TRY(recs__scorer_score_on(board, self->parts[part], history));
  if (!recs__board_scored(board, item) || board->scores[item] == 0)
    return RECS_OK;
  own = board->scores[item];
  RECS_TRY(recs__hybrid_scale(&divisor, self, board));
  share = weight * raised(board->scores[item] / divisor, self->mixture.power);
  RECS_TRY(recs__scorer_reasons(out, self->parts[part], history, item));
  for (size_t i = begin; i < out->count; i++)
    out->list[i].amount *= share / own;
  return RECS_OK;
}

int32_t recs__hybrid_reasons(const recs_scorer *scorer, const recs_history *history, uint32_t item,
                             recs__reasons *out) {
  const recs__hybrid *self = (const recs__hybrid *)scorer;
  const double *weights = recs__mixture_for(&self->mixture, history->count);
  recs__board board;
  double total = 0;
  int32_t status = RECS_OK;
  for (uint32_t p = 0; p < self->mixture.parts; p++)
    total += weights[p];
  RECS_TRY(recs__board_init(&board, scorer->object.context, scorer->items));
  for (uint32_t p = 0; p < self->mixture.parts && status == RECS_OK; p++) {
    if (weights[p] != 0)
      status = add_reasons(out, self, p, &board, history, item, weights[p] / total);
    recs__board_clear(&board);
  }
  recs__board_free(&board);
  return status;
}

static int32_t enter_part(recs__scope *scope, uint32_t number) {
  char name[16];
  snprintf(name, sizeof name, "part%" PRIu32, number);
  return recs__enter_scope(scope, name);
}

int32_t recs__hybrid_write(const recs_scorer *scorer, recs__writer *writer) {
  const recs__hybrid *self = (const recs__hybrid *)scorer;
  RECS_TRY(recs__mixture_write(&self->mixture, writer));
  RECS_TRY(recs__write_u64(writer, "mode", (uint64_t)self->mode));
  RECS_TRY(recs__write_f64(writer, "rrf_k", self->rrf_k));
  for (uint32_t p = 0; p < self->mixture.parts; p++) {
    RECS_TRY(enter_part(&writer->scope, p));
    RECS_TRY(recs__scorer_write(self->parts[p], writer));
    recs__leave_scope(&writer->scope);
  }
  return RECS_OK;
}

static int32_t read_parts(recs__hybrid *self, recs__reader *reader) {
  for (uint32_t p = 0; p < self->mixture.parts; p++) {
    RECS_TRY(enter_part(&reader->scope, p));
    RECS_TRY(recs__scorer_read(&self->parts[p], reader));
    recs__leave_scope(&reader->scope);
    if (self->parts[p]->items != self->scorer.items)
      return recs__fail(RECS_ERROR_FORMAT, "part %" PRIu32 " of the hybrid has another catalogue", p + 1);
  }
  return RECS_OK;
}

static int32_t read_all(recs__hybrid *self, recs__reader *reader) {
  uint64_t mode;
  RECS_TRY(recs__mixture_read(&self->mixture, reader));
  RECS_TRY(recs__read_u64(reader, "mode", RECS_HYBRID_SCALED, RECS_HYBRID_RRF, &mode));
  RECS_TRY(recs__read_f64(reader, "rrf_k", &self->rrf_k));
  if (!(self->rrf_k >= 0 && self->rrf_k <= 1e9))
    return recs__fail(RECS_ERROR_FORMAT, "rrf_k is %g", self->rrf_k);
  self->mode = (int32_t)mode;
  return read_parts(self, reader);
}

int32_t recs__hybrid_read(recs_scorer **out, recs__reader *reader, uint32_t items) {
  recs__hybrid *self = recs__scorer_new(reader->context, &recs__hybrid_kind, sizeof *self, items, destroy);
  if (self == NULL)
    return RECS_ERROR_NOMEM;
  return recs__scorer_finish(out, self, read_all(self, reader));
}

uint32_t recs_scorer_parts(const recs_scorer *scorer) {
  return scorer != NULL && scorer->kind->has_parts ? ((const recs__hybrid *)scorer)->mixture.parts : 0;
}

const recs_scorer *recs_scorer_part(const recs_scorer *scorer, uint32_t index) {
  return index < recs_scorer_parts(scorer) ? ((const recs__hybrid *)scorer)->parts[index] : NULL;
}

int32_t recs_hybrid_weights(double *out, const recs_scorer *scorer, size_t history_count) {
  const recs__hybrid *self;
  const double *weights;
  double sum = 0;
  recs__enter();
  RECS_NOT_NULL(out);
  RECS_NOT_NULL(scorer);
  if (!scorer->kind->has_parts)
    return recs__fail(RECS_ERROR_INVALID, "%s is no hybrid", scorer->kind->name);
  self = (const recs__hybrid *)scorer;
  weights = recs__mixture_for(&self->mixture, history_count);
  for (uint32_t p = 0; p < self->mixture.parts; p++)
    sum += weights[p];
  for (uint32_t p = 0; p < self->mixture.parts; p++)
    out[p] = weights[p] / sum;
  return RECS_OK;
}
