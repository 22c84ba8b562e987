-- Whether a slice of a topic is left to be served is asked at the end of each: found without looking at all of them.
CREATE INDEX slices_open ON slices (topic) WHERE done = 0;
