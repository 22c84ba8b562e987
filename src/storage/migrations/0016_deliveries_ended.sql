-- Each pass begins by forgetting that some were given up: they are few among those that failed.
CREATE INDEX deliveries_ended ON deliveries (subscription) WHERE reason = 'ended';
