-- ingest.query for ingest.source: sql, with ingest.watermark: number
SELECT number, body AS text, verdict AS label, author
FROM reviews
WHERE created < now() - INTERVAL '1 hour'
