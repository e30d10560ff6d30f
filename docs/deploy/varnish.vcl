# Varnish 7 with vmod xkey (Debian: varnish, varnish-modules) as a CDN of one's own in front of Countersign.
# It keeps what CDN-Cache-Control lets it keep, and drops by the keys of a page what purge_cdn names.
# In its environment: CDN_PURGE_TOKEN, the same as in the settings of the site. TLS ends in front of it.
vcl 4.1;

import std;
import xkey;

backend default {
    .host = "127.0.0.1";
    .port = "8000";
    .first_byte_timeout = 30s;
}

# Where purge_cdn runs.
acl purgers {
    "127.0.0.1";
    "::1";
}

sub vcl_recv {
    if (req.url == "/cdn/purge") {
        if (req.method != "POST" || client.ip !~ purgers || !std.getenv("CDN_PURGE_TOKEN")
            || req.http.Fastly-Key != std.getenv("CDN_PURGE_TOKEN") || !req.http.Surrogate-Key) {
            return (synth(403));
        }
        set req.http.X-Purged = xkey.purge(req.http.Surrogate-Key);
        return (synth(200, "Purged"));
    }
    unset req.http.X-Purged;
    # What is somebody's own, and what somebody asks about their health, is passed on and not kept.
    if (req.url ~ "^/(admin|desk|accounts|feedback|search|finder|connect|healthz)(/|\?|$)"
        || (req.method != "GET" && req.method != "HEAD")) {
        return (pass);
    }
    # All else is the same for everybody.
    unset req.http.Cookie;
    unset req.http.Authorization;
}

sub vcl_backend_response {
    set beresp.grace = 0s;
    set beresp.keep = 0s;
    if (beresp.http.CDN-Cache-Control ~ "max-age=[0-9]+") {
        set beresp.ttl = std.duration(
            regsub(beresp.http.CDN-Cache-Control, ".*max-age=([0-9]+).*", "\1s"), 0s);
        set beresp.http.xkey = beresp.http.Surrogate-Key;
        unset beresp.http.Set-Cookie;
    } else if (bereq.url !~ "^/static/") {
        set beresp.ttl = 0s;
        set beresp.uncacheable = true;
    }
}

sub vcl_deliver {
    unset resp.http.xkey;
    unset resp.http.Surrogate-Key;
    unset resp.http.CDN-Cache-Control;
    unset resp.http.X-Varnish;
    unset resp.http.Via;
}

sub vcl_synth {
    if (req.http.X-Purged) {
        set resp.http.X-Purged = req.http.X-Purged;
    }
}
