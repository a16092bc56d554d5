/* k-means|| (Bahmani, Moseley, Vattani, Kumar and Vassilvitskii 2012): in each of a few passes every row is drawn with a
 * chance in proportion to its squared distance to what was drawn before; what was drawn stands for the rows near it. */
#include "lib/analyze/clusters/kmeans.h"

#include <math.h>
#include <string.h>

/* Passes, and how many rows each is to draw a cluster. */
enum { PASSES = 5, OVERSAMPLING = 2 };

typedef struct oversampling {
  const recs__points *points;
  uint64_t seed;      /* of the pass */
  size_t known;       /* drawn before this pass */
  size_t count, room;
  uint32_t *drawn;
  float *groups;      /* the rows of the last pass */
  float *closest;     /* of each row: its squared distance to what was drawn */
  uint32_t *owner;    /* and to which: an index of `drawn` */
  double *sums;       /* of `closest` by weight, by block */
  double total;
  double wanted;
  uint8_t *marks;     /* of each row: whether this pass draws it */
} oversampling;

static int32_t start(oversampling *job, recs__random *random) {
  const recs__points *points = job->points;
  const recs_context *context = points->context;
  job->closest = recs__alloc(context, points->rows, sizeof *job->closest);
  job->owner = recs__alloc(context, points->rows, sizeof *job->owner);
  job->marks = recs__alloc_zero(context, points->rows, sizeof *job->marks);
  job->sums = recs__alloc_zero(context, points->blocks, sizeof *job->sums);
  if (job->closest == NULL || job->owner == NULL || job->marks == NULL || job->sums == NULL)
    return recs__fail_nomem();
  for (size_t row = 0; row < points->rows; row++)
    job->closest[row] = INFINITY;
  job->marks[recs__kmeans_draw(points, job->closest, job->sums, 1, random)] = 1;
  return RECS_OK;
}

/* Draws by streams of the blocks' own. */
static int32_t draw_block(void *payload, uint32_t thread, size_t begin, size_t end) {
  oversampling *job = payload;
  const float *weights = job->points->weights;
  recs__random random = recs__random_stream(job->seed, begin / job->points->grain);
  (void)thread;
  for (size_t row = begin; row < end; row++) {
    double part = (weights == NULL ? 1 : (double)weights[row]) * (double)job->closest[row];
    job->marks[row] = recs__random_unit(&random) * job->total < job->wanted * part;
  }
  return RECS_OK;
}

/* Appends the marked rows. */
static int32_t gather_marked(oversampling *job) {
  const recs__points *points = job->points;
  size_t fresh = 0;
  for (size_t row = 0; row < points->rows; row++)
    fresh += job->marks[row];
  RECS_TRY(recs__grow(points->context, &job->drawn, &job->room, job->count + fresh, sizeof *job->drawn));
  job->known = job->count;
  for (size_t row = 0; row < points->rows; row++) {
    if (job->marks[row])
      job->drawn[job->count++] = (uint32_t)row;
  }
  recs__free(points->context, job->groups);
  job->groups = recs__alloc_zero(points->context, recs__groups_size(fresh + 1, points->columns), sizeof *job->groups);
  if (job->groups == NULL)
    return recs__fail_nomem();
  for (size_t i = 0; i < fresh; i++)
    recs__groups_set(job->groups, i, points->columns, recs__points_gather(points, 0, &job->drawn[job->known + i], 1),
                     points->shift, 1.0f);
  return RECS_OK;
}

/* Brings the distances of a block up to date with what the last pass drew. */
static int32_t measure_block(void *payload, uint32_t thread, size_t begin, size_t end) {
  oversampling *job = payload;
  const recs__points *points = job->points;
  float *panel = recs__panels_of(&points->panels, thread);
  float squares[RECS__GROUP * RECS__PANEL];
  double sum = 0;
  for (size_t row = begin; row < end; row += RECS__PANEL) {
    size_t count = end - row < RECS__PANEL ? end - row : RECS__PANEL;
    const float *weights = recs__points_weights(points, row);
    points->kernels->pack(panel, recs__points_take(points, thread, row, count), count, points->columns, points->shift);
    for (size_t i = job->known; i < job->count; i += RECS__GROUP) {
      uint32_t group = job->count - i < RECS__GROUP ? (uint32_t)(job->count - i) : RECS__GROUP;
      points->kernels->squares(squares, panel, points->columns, job->groups + (i - job->known) * points->columns, group);
      for (uint32_t p = 0; p < group; p++) {
        for (size_t r = 0; r < count; r++) {
          int closer = squares[p * RECS__PANEL + r] < job->closest[row + r];
          job->closest[row + r] = closer ? squares[p * RECS__PANEL + r] : job->closest[row + r];
          job->owner[row + r] = closer ? (uint32_t)(i + p) : job->owner[row + r];
        }
      }
    }
    for (size_t r = 0; r < count; r++)
      sum += (weights == NULL ? 1 : (double)weights[r]) * (double)job->closest[row + r];
  }
  job->sums[begin / points->grain] = sum;
  return RECS_OK;
}

static int32_t take_marked(oversampling *job, const recs__progress *progress) {
  const recs__points *points = job->points;
  RECS_TRY(gather_marked(job));
  RECS_TRY(recs__parallel(points->context, points->rows, points->grain, measure_block, job, progress));
  job->total = 0;
  for (size_t block = 0; block < points->blocks; block++)
    job->total += job->sums[block];
  return RECS_OK;
}

/* Where fewer rows were drawn than there are clusters, the others come one by one. */
static int32_t fill_up(oversampling *job, uint32_t clusters, recs__random *random, const recs__progress *progress) {
  while (job->count < clusters) {
    memset(job->marks, 0, job->points->rows);
    job->marks[recs__kmeans_draw(job->points, job->closest, job->sums, 1, random)] = 1;
    RECS_TRY(take_marked(job, progress));
  }
  return RECS_OK;
}

/* A row that was drawn weighs what the rows do that it is nearest to. */
static int32_t weigh(float **out, const oversampling *job) {
  const recs__points *points = job->points;
  double *masses = recs__alloc_zero(points->context, job->count, sizeof *masses);
  *out = recs__alloc(points->context, job->count, sizeof **out);
  if (masses != NULL && *out != NULL) {
    for (size_t row = 0; row < points->rows; row++)
      masses[job->owner[row]] += points->weights == NULL ? 1 : (double)points->weights[row];
    for (size_t i = 0; i < job->count; i++)
      (*out)[i] = (float)masses[i];
  }
  recs__free(points->context, masses);
  return masses == NULL || *out == NULL ? recs__fail_nomem() : RECS_OK;
}

int32_t recs__kmeans_oversample(uint32_t **out, float **out_weights, size_t *out_count, const recs__points *points,
                                uint32_t clusters, recs__random *random, const recs__progress *progress) {
  oversampling job = {.points = points, .wanted = (double)OVERSAMPLING * clusters};
  const recs_context *context = points->context;
  recs__progress part = recs__progress_part(progress, 0, 1.0 / (PASSES + 1));
  int32_t status;
  RECS_GO(start(&job, random));
  RECS_GO(take_marked(&job, &part));
  for (uint32_t pass = 0; pass < PASSES && job.total > 0; pass++) {
    part = recs__progress_part(progress, (pass + 1.0) / (PASSES + 1), (pass + 2.0) / (PASSES + 1));
    job.seed = recs__random_next(random);
    RECS_GO(recs__parallel(context, points->rows, points->grain, draw_block, &job, NULL));
    RECS_GO(take_marked(&job, &part));
  }
  RECS_GO(fill_up(&job, clusters, random, NULL));
  RECS_GO(weigh(out_weights, &job));
  *out_count = job.count;
  *out = job.drawn;
  job.drawn = NULL;
cleanup:
  recs__free(context, job.drawn);
  recs__free(context, job.groups);
  recs__free(context, job.closest);
  recs__free(context, job.owner);
  recs__free(context, job.marks);
  recs__free(context, job.sums);
  return status;
}
