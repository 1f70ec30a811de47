"""Near-duplicates: grams of characters, exact Jaccard, and the joins that find every pair."""
