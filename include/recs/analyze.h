/* Part of librecs (MIT). Analysis of behaviour: clusters, itemsets and rules, sequences (in recs/analyze/). */
#ifndef RECS_ANALYZE_H
#define RECS_ANALYZE_H

#include <recs/analyze/assigner.h>
#include <recs/analyze/choice.h>
#include <recs/analyze/density.h>
#include <recs/analyze/funnel.h>
#include <recs/analyze/itemsets.h>
#include <recs/analyze/kmeans.h>
#include <recs/analyze/patterns.h>
#include <recs/analyze/retention.h>
#include <recs/analyze/rules.h>
#include <recs/analyze/segments.h>
#include <recs/analyze/sequence_search.h>
#include <recs/analyze/sequence_store.h>
#include <recs/analyze/sequences.h>
#include <recs/analyze/stability.h>

#endif
