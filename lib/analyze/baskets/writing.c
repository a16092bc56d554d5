/* Writing what was found out as itemsets, each set once and into its place. */
#include "lib/analyze/baskets/itemsets.h"
#include "lib/analyze/baskets/unfold.h"
#include "lib/base/parallel.h"

/* So that threads have something to share when some blocks are larger. */
enum { BLOCKS_A_THREAD = 8 };

/* Chunks are written out in blocks, by any thread; what a block writes goes behind what the blocks before it write. */
typedef struct writing {
  const recs_itemsets *itemsets;
  recs__chunk **chunks;
  size_t chunk_count;
  const recs__bundles *bundles;
  uint64_t *counts; /* by block and size: how many sets; then the number of the next */
  size_t blocks;
} writing;

/* Where a block writes to. */
typedef struct pen {
  const recs_itemsets *itemsets;
  uint64_t *next; /* by size */
} pen;

static size_t block_begin(const writing *job, size_t block) {
  return job->chunk_count * block / job->blocks;
}

static uint64_t *counts_of(const writing *job, size_t block) {
  return job->counts + block * ((size_t)job->itemsets->largest + 1);
}

static uint32_t largest_of(const writing *job) {
  uint32_t largest = 0;
  for (size_t i = 0; i < job->chunk_count; i++) {
    for (recs__bundle *g = recs__chunk_next(job->chunks[i], NULL); g != NULL; g = recs__chunk_next(job->chunks[i], g)) {
      uint32_t most = recs__bundle_largest(job->bundles, g);
      most = most < g->base + g->optional ? most : g->base + g->optional;
      largest = most > largest ? most : largest;
    }
  }
  return largest;
}

static int32_t count_block(void *payload, uint32_t thread, size_t begin, size_t end) {
  const writing *job = payload;
  (void)thread;
  for (size_t block = begin; block < end; block++) {
    for (size_t i = block_begin(job, block); i < block_begin(job, block + 1); i++) {
      for (recs__bundle *g = recs__chunk_next(job->chunks[i], NULL); g != NULL; g = recs__chunk_next(job->chunks[i], g))
        recs__bundle_add_sizes(counts_of(job, block), g, job->bundles->min_size, recs__bundle_largest(job->bundles, g));
    }
  }
  return RECS_OK;
}

static int32_t write_set(void *payload, const uint32_t *items, uint32_t size, uint32_t support) {
  pen *self = payload;
  const recs_itemsets *itemsets = self->itemsets;
  uint64_t number = self->next[size]++;
  uint32_t *place = itemsets->items + itemsets->items_of[size] + (number - itemsets->size_of[size]) * size;
  for (uint32_t i = 0; i < size; i++)
    place[i] = items[i];
  itemsets->supports[number] = support;
  return RECS_OK;
}

static int32_t write_block(void *payload, uint32_t thread, size_t begin, size_t end) {
  const writing *job = payload;
  int32_t status = RECS_OK;
  (void)thread;
  for (size_t block = begin; block < end; block++) {
    pen out = {job->itemsets, counts_of(job, block)};
    recs__unfolder unfolder = {.context = job->itemsets->object.context, .emit = write_set, .payload = &out};
    for (size_t i = block_begin(job, block); i < block_begin(job, block + 1); i++) {
      for (recs__bundle *g = recs__chunk_next(job->chunks[i], NULL); g != NULL; g = recs__chunk_next(job->chunks[i], g))
        RECS_GO(recs__unfold(&unfolder, g, job->bundles->min_size, recs__bundle_largest(job->bundles, g)));
    }
  cleanup:
    recs__unfolder_free(&unfolder);
    if (status != RECS_OK)
      return status;
  }
  return RECS_OK;
}

/* Sums what the blocks counted, and makes it the numbers from which each goes on. */
static int32_t number_blocks(recs_itemsets *self, const writing *job) {
  for (size_t block = 0; block < job->blocks; block++) {
    for (uint32_t size = 0; size <= self->largest; size++)
      self->size_of[size + 1] += counts_of(job, block)[size];
  }
  RECS_TRY(recs__itemsets_close(self));
  for (uint32_t size = 0; size <= self->largest; size++) {
    uint64_t next = self->size_of[size];
    for (size_t block = 0; block < job->blocks; block++) {
      uint64_t sets = counts_of(job, block)[size];
      counts_of(job, block)[size] = next;
      next += sets;
    }
  }
  return RECS_OK;
}

static int32_t write_all(recs_itemsets *self, writing *job, const recs__progress *progress) {
  const recs_context *context = self->object.context;
  RECS_TRY(recs__itemsets_open(self, largest_of(job)));
  job->blocks = (size_t)recs__parallel_threads(context, job->chunk_count, 1) * BLOCKS_A_THREAD;
  job->counts = recs__alloc_zero(context, job->blocks * ((size_t)self->largest + 1), sizeof *job->counts);
  if (job->counts == NULL)
    return recs__fail_nomem();
  RECS_TRY(recs__parallel(context, job->blocks, 1, count_block, job, NULL));
  RECS_TRY(number_blocks(self, job));
  return recs__parallel(context, job->blocks, 1, write_block, job, progress);
}

int32_t recs__itemsets_write(recs_itemsets *self, recs__mining *mining, const recs__progress *progress) {
  writing job = {.itemsets = self, .bundles = &mining->bundles};
  int32_t status;
  RECS_GO(recs__bundles_sorted(&job.chunks, &mining->bundles));
  job.chunk_count = mining->bundles.chunk_count;
  RECS_GO(write_all(self, &job, progress));
cleanup:
  recs__free(mining->context, job.counts);
  recs__free(mining->context, job.chunks);
  return status;
}
