/* From the spanning tree to clusters (Campello, Moulavi, Zimek and Sander 2015): cutting the longest links first, a cluster that falls into
 * several parts large enough ends and they begin; parts that are too small fall out of it as noise. Links of one length are cut at once, so
 * that the outcome does not hang on the order of rows. Of all these clusters those are kept that hold together longest (by excess of mass),
 * or those that end last (the leaves). A level is 1 / the length of a link. */
#include "lib/analyze/clusters/density.h"

#include <math.h>
#include <string.h>

enum { NONE = UINT32_MAX };

/* A cluster of the hierarchy. Parents stand before their children. */
typedef struct branch {
  uint32_t parent;
  uint32_t label;   /* of the kept cluster that it belongs to, or NONE */
  double birth;     /* level */
  double death;     /* the level at which the last of it fell out or fell apart */
  double stability; /* sum over the rows of how long they stayed */
  double below;     /* the stability of the best choice among those below */
  int split, kept;
} branch;

typedef struct hierarchy {
  const recs_context *context;
  size_t rows;
  uint32_t least;      /* rows of a cluster */
  double top;          /* the level of links of length 0: that of the shortest longer one */
  uint32_t *halves;    /* by merge: its two parts; a part is a row, or rows + a merge */
  uint32_t *sizes;     /* by merge */
  uint32_t *parts;     /* of the cut at work */
  uint32_t *owners;    /* by part: the branch it lies in, or fell out of */
  double *levels;      /* by part: at which it fell out; NaN: it did not */
  branch *branches;
  size_t branch_count, branch_room;
} hierarchy;

static uint32_t root_of(uint32_t *parents, uint32_t row) {
  while (parents[row] != row)
    row = parents[row] = parents[parents[row]];
  return row;
}

static uint32_t size_of(const hierarchy *h, uint32_t part) {
  return part < h->rows ? 1 : h->sizes[part - h->rows];
}

/* Joins the rows, shortest links first. */
static int32_t merge_rows(hierarchy *h, const recs__link *links) {
  uint32_t *parents = recs__alloc(h->context, h->rows, sizeof *parents), *parts = recs__alloc(h->context, h->rows, sizeof *parts);
  if (parents == NULL || parts == NULL) {
    recs__free(h->context, parents);
    recs__free(h->context, parts);
    return recs__fail_nomem();
  }
  for (size_t row = 0; row < h->rows; row++)
    parents[row] = parts[row] = (uint32_t)row;
  for (size_t merge = 0; merge + 1 < h->rows; merge++) {
    uint32_t a = root_of(parents, links[merge].a), b = root_of(parents, links[merge].b);
    uint32_t larger = size_of(h, parts[a]) >= size_of(h, parts[b]) ? a : b, smaller = larger == a ? b : a;
    h->halves[2 * merge] = parts[a];
    h->halves[2 * merge + 1] = parts[b];
    h->sizes[merge] = size_of(h, parts[a]) + size_of(h, parts[b]);
    parents[smaller] = larger;
    parts[larger] = (uint32_t)(h->rows + merge);
  }
  recs__free(h->context, parents);
  recs__free(h->context, parts);
  return RECS_OK;
}

static double level_of(const hierarchy *h, double square) {
  return square > 0 ? 1 / sqrt(square) : h->top;
}

static int32_t add_branch(hierarchy *h, uint32_t *out, uint32_t parent, double birth) {
  RECS_TRY(recs__grow(h->context, &h->branches, &h->branch_room, h->branch_count + 1, sizeof *h->branches));
  *out = (uint32_t)h->branch_count;
  h->branches[h->branch_count++] = (branch){.parent = parent, .label = NONE, .birth = birth, .death = birth};
  return RECS_OK;
}

/* Rows of a branch leave it at a level. */
static void leave(hierarchy *h, uint32_t owner, double level, uint32_t count) {
  branch *left = &h->branches[owner];
  left->stability += (level - left->birth) * count;
  if (level > left->death)
    left->death = level;
}

/* Collects in parts[] what is left of a merge when all its links of one length are cut. Merges that go with it are disowned. */
static size_t find_parts(hierarchy *h, size_t merge, const recs__link *links) {
  size_t found = 0, waiting = h->rows; /* parts are found from the front, merges wait at the back */
  h->parts[--waiting] = (uint32_t)(h->rows + merge);
  while (waiting < h->rows) {
    uint32_t part = h->parts[waiting++];
    if (part >= h->rows && !(links[part - h->rows].square < links[merge].square)) {
      h->parts[--waiting] = h->halves[2 * (part - h->rows)];
      h->parts[--waiting] = h->halves[2 * (part - h->rows) + 1];
      h->owners[part] = NONE;
    } else {
      h->parts[found++] = part;
    }
  }
  return found;
}

/* Cuts a merge, and those of the same length that hang on it. */
static int32_t cut(hierarchy *h, size_t merge, const recs__link *links) {
  uint32_t self = (uint32_t)(h->rows + merge), owner = h->owners[self];
  double square = links[merge].square, level = level_of(h, square), fallen = h->levels[self];
  uint32_t least = isnan(fallen) && square > 0 ? h->least : UINT32_MAX;
  size_t count, large = 0;
  if (owner == NONE)
    return RECS_OK;
  count = find_parts(h, merge, links);
  for (size_t i = 0; i < count; i++)
    large += size_of(h, h->parts[i]) >= least;
  h->branches[owner].split |= large > 1;
  for (size_t i = 0; i < count; i++) {
    uint32_t part = h->parts[i], size = size_of(h, part);
    h->owners[part] = owner;
    h->levels[part] = size >= least ? NAN : isnan(fallen) ? level : fallen;
    if (isnan(fallen) && (large > 1 || size < least))
      leave(h, owner, level, size);
    if (large > 1 && size >= least)
      RECS_TRY(add_branch(h, &h->owners[part], owner, level));
  }
  return RECS_OK;
}

/* Cuts all links, longest first. */
static int32_t cut_all(hierarchy *h, const recs__link *links) {
  size_t merges = h->rows - 1, shortest = 0;
  uint32_t root;
  while (shortest < merges && !(links[shortest].square > 0))
    shortest += 1;
  h->top = shortest < merges ? 1 / sqrt(links[shortest].square) : 1;
  RECS_TRY(add_branch(h, &root, NONE, 0));
  h->owners[h->rows + merges - 1] = root;
  h->levels[h->rows + merges - 1] = NAN;
  for (size_t merge = merges; merge-- > 0;)
    RECS_TRY(cut(h, merge, links));
  return RECS_OK;
}

/* Decides, from the ends upwards, which branches are kept; never the root. One below another that is kept loses in choose_labels(). */
static void choose_branches(hierarchy *h, int32_t selection) {
  for (size_t i = h->branch_count; i-- > 1;) {
    branch *b = &h->branches[i];
    b->kept = selection == RECS_DENSITY_EXCESS ? b->stability >= b->below : !b->split;
    h->branches[b->parent].below += fmax(b->stability, b->below);
  }
}

/* The uppermost kept branches are the clusters; those below belong to them. */
static uint32_t choose_labels(hierarchy *h) {
  uint32_t count = 0;
  for (size_t i = 1; i < h->branch_count; i++) {
    branch *b = &h->branches[i];
    if (h->branches[b->parent].label != NONE) {
      b->label = h->branches[b->parent].label;
      b->kept = 0;
    } else if (b->kept) {
      b->label = count++;
    }
  }
  return count;
}

/* Labels in the order in which they are met by row; strengths as shares of the level at which the last of a cluster goes. */
static int32_t label_rows(recs_density *out, const hierarchy *h, uint32_t kept) {
  uint32_t *numbers = recs__alloc(h->context, kept, sizeof *numbers), next = 0;
  double *deaths = recs__alloc(h->context, kept, sizeof *deaths);
  if (numbers != NULL && deaths != NULL) {
    for (uint32_t i = 0; i < kept; i++)
      numbers[i] = NONE;
    for (size_t i = 1; i < h->branch_count; i++) {
      if (h->branches[i].kept)
        deaths[h->branches[i].label] = h->branches[i].death;
    }
    for (size_t row = 0; row < h->rows; row++) {
      uint32_t label = h->branches[h->owners[row]].label;
      out->labels[row] = NONE;
      out->strengths[row] = 0;
      if (label == NONE)
        continue;
      if (numbers[label] == NONE)
        numbers[label] = next++;
      out->labels[row] = numbers[label];
      out->strengths[row] = (float)(fmin(h->levels[row], deaths[label]) / deaths[label]);
    }
  }
  recs__free(h->context, numbers);
  recs__free(h->context, deaths);
  out->clusters = kept;
  return numbers == NULL || deaths == NULL ? recs__fail_nomem() : RECS_OK;
}

int32_t recs__condense(recs_density *out, const recs__link *links, uint32_t min_cluster_size, int32_t selection) {
  hierarchy h = {.context = out->object.context, .rows = out->rows, .least = min_cluster_size};
  int32_t status;
  h.halves = recs__alloc(h.context, h.rows, 2 * sizeof *h.halves);
  h.sizes = recs__alloc(h.context, h.rows, sizeof *h.sizes);
  h.parts = recs__alloc(h.context, h.rows + 1, sizeof *h.parts);
  h.owners = recs__alloc(h.context, h.rows, 2 * sizeof *h.owners);
  h.levels = recs__alloc(h.context, h.rows, 2 * sizeof *h.levels);
  if (h.halves == NULL || h.sizes == NULL || h.parts == NULL || h.owners == NULL || h.levels == NULL)
    RECS_GO(recs__fail_nomem());
  RECS_GO(merge_rows(&h, links));
  RECS_GO(cut_all(&h, links));
  choose_branches(&h, selection);
  RECS_GO(label_rows(out, &h, choose_labels(&h)));
cleanup:
  recs__free(h.context, h.halves);
  recs__free(h.context, h.sizes);
  recs__free(h.context, h.parts);
  recs__free(h.context, h.owners);
  recs__free(h.context, h.levels);
  recs__free(h.context, h.branches);
  return status;
}
