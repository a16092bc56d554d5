#include "lib/recommend/hybrid/exam.h"

#include "lib/base/random.h"
#include "lib/data/holdout.h"

#include <string.h>

enum { MOST_USERS = 10000, FEWEST_ITEMS = 3, ALWAYS = 300, SHARE = 3 };

/* Every user is scored over the catalogue by every part. */
static const double most_scores = 1e9;

static size_t most_users(uint32_t items) {
  double by_work = most_scores / ((double)items + 1);
  return by_work < MOST_USERS / 5 ? MOST_USERS / 5 : by_work < MOST_USERS ? (size_t)by_work : MOST_USERS;
}

recs_history recs__exam_history(const recs__exam *exam, size_t place) {
  const recs_histories *asked = exam->asked;
  uint32_t user = exam->users[place];
  int64_t begin = asked->offsets[user];
  recs_history history = {.struct_size = sizeof history, .user = user};
  history.items = asked->item_rows + begin;
  history.weights = asked->weights + begin;
  history.times = asked->times + begin;
  history.count = (size_t)(asked->offsets[user + 1] - begin);
  return history;
}

static int contains(const uint32_t *items, size_t count, uint32_t item) {
  for (size_t i = 0; i < count; i++) {
    if (items[i] == item)
      return 1;
  }
  return 0;
}

/* The targets of one user: known to the catalogue, new to the user, each once. `out` NULL: only counts. */
static size_t targets_of(uint32_t *out, const recs_training *given, uint32_t user) {
  const recs_histories *wanted = given->validation_targets, *asked = given->validation;
  const uint32_t *brought = asked->item_rows + asked->offsets[user];
  size_t brings = (size_t)(asked->offsets[user + 1] - asked->offsets[user]), count = 0;
  const uint32_t *first = wanted->item_rows + wanted->offsets[user];
  size_t wants = (size_t)(wanted->offsets[user + 1] - wanted->offsets[user]);
  for (size_t i = 0; i < wants; i++) {
    if (first[i] >= recs_matrix_columns(given->matrix) || contains(first, i, first[i]) || contains(brought, brings, first[i]))
      continue;
    if (out != NULL)
      out[count] = first[i];
    count += 1;
  }
  return count;
}

/* Room for `users` who are asked for `targets` items in all. */
static int32_t make_room(recs__exam *exam, size_t users, size_t targets) {
  exam->users = recs__alloc(exam->context, users, sizeof *exam->users);
  exam->offsets = recs__alloc_zero(exam->context, users + 1, sizeof *exam->offsets);
  exam->targets = recs__alloc(exam->context, targets, sizeof *exam->targets);
  return exam->users == NULL || exam->offsets == NULL || exam->targets == NULL ? recs__fail_nomem() : RECS_OK;
}

/* The exam that was brought; of more users than are asked, some are drawn (Knuth 1969, algorithm S). */
static int32_t take_given(recs__exam *exam, const recs_training *given, size_t most) {
  recs__random random = recs__random_stream(1, 0);
  uint32_t rows = recs_histories_rows(given->validation_targets);
  size_t left = 0, targets = 0;
  exam->asked = given->validation;
  for (uint32_t user = 0; user < rows; user++) {
    size_t count = targets_of(NULL, given, user);
    left += count > 0;
    targets += count;
  }
  RECS_TRY(make_room(exam, left < most ? left : most, targets));
  for (uint32_t user = 0; user < rows && exam->count < most; user++) {
    size_t count;
    if (targets_of(NULL, given, user) == 0 || recs__random_below(&random, left--) >= most - exam->count)
      continue;
    count = targets_of(exam->targets + exam->offsets[exam->count], given, user);
    exam->users[exam->count] = user;
    exam->offsets[exam->count + 1] = exam->offsets[exam->count] + (int64_t)count;
    exam->count += 1;
  }
  return RECS_OK;
}

/* The rest, without what is held back. */
static int32_t cut(recs__exam *exam, const recs_training *given, const recs__held *held) {
  recs_matrix *matrix;
  recs_histories *histories;
  exam->held_back = 1;
  exam->training.matrix = NULL;
  exam->training.histories = NULL;
  RECS_TRY(recs__holdout_matrix(&matrix, given->matrix, held, exam->count));
  exam->training.matrix = matrix;
  RECS_TRY(recs__holdout_histories(&histories, given->histories, held, exam->count));
  exam->training.histories = histories;
  exam->asked = histories;
  return RECS_OK;
}

static int32_t hold_back(recs__exam *exam, const recs_training *given, size_t most, int random) {
  recs__holdout_rule rule = {.least = FEWEST_ITEMS, .most = most, .random = random, .seed = 1};
  size_t eligible = recs__holdout_eligible(given->histories, given->matrix, FEWEST_ITEMS);
  size_t share = eligible / SHARE > ALWAYS ? eligible / SHARE : ALWAYS;
  recs__held *held = recs__alloc(exam->context, most, sizeof *held);
  int32_t status;
  if (held == NULL)
    return recs__fail_nomem();
  if (rule.most > share)
    rule.most = share;
  exam->count = recs__holdout_choose(held, given->histories, given->matrix, &rule);
  RECS_GO(make_room(exam, exam->count, exam->count));
  for (size_t i = 0; i < exam->count; i++) {
    exam->users[i] = held[i].user;
    exam->targets[i] = held[i].item;
    exam->offsets[i + 1] = (int64_t)i + 1;
  }
  RECS_GO(cut(exam, given, held));
cleanup:
  recs__free(exam->context, held);
  return status;
}

int32_t recs__exam_open(recs__exam *exam, const recs_training *training, int random) {
  size_t most = most_users(recs_matrix_columns(training->matrix));
  int32_t status = RECS_OK;
  memset(exam, 0, sizeof *exam);
  exam->context = recs__context_of(training->matrix);
  exam->training = *training;
  if (training->validation_targets != NULL)
    status = take_given(exam, training, most);
  else if (training->histories != NULL)
    status = hold_back(exam, training, most, random);
  if (status != RECS_OK)
    recs__exam_close(exam);
  return status;
}

void recs__exam_close(recs__exam *exam) {
  if (exam->held_back) {
    recs__release(exam->training.matrix);
    recs__release(exam->training.histories);
  }
  recs__free(exam->context, exam->users);
  recs__free(exam->context, exam->offsets);
  recs__free(exam->context, exam->targets);
  memset(exam, 0, sizeof *exam);
}
