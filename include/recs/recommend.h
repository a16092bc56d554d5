/* Part of librecs (MIT). Scorers: from histories to how well each item goes with them. */
#ifndef RECS_RECOMMEND_H
#define RECS_RECOMMEND_H

#include <recs/recommend/scorer.h>

#include <recs/recommend/als.h>
#include <recs/recommend/content.h>
#include <recs/recommend/ease.h>
#include <recs/recommend/hybrid.h>
#include <recs/recommend/neighbors.h>
#include <recs/recommend/popularity.h>
#include <recs/recommend/rules.h>
#include <recs/recommend/sequence.h>

#endif
