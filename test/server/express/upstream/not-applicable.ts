// Lists the tests of express-session that do not apply to sojourn/express, by the reason. upstream.test.ts skips them and runs all others.

const byReason: Readonly<Record<string, readonly string[]>> = {
  'signs cookies: a key is 256 random bits, and a signature would add nothing': [
    'should error without secret',
    'when sid not properly signed > should not attempt fetch from store',
    'secret option > should reject empty arrays',
    'secret option > when an array > should sign cookies with first element',
  ],
  'an unreachable store is a 503': ['should pass session fetch error'],
  'a store says that there is no entry by returning none; what it rejects with is a failure': [
    'should treat ENOENT session fetch error as not found',
  ],
  'rolling: the cookie is set again only when it would end before the session': [
    'should update cookie expiration when slow write',
    'rolling option > should force cookie on unmodified session',
  ],
  'the cookie has Max-Age, and lasts twice as long as the session': [
    'when response ended > should have saved session with updated cookie expiration',
    'req.session > .cookie > .maxAge > should set cookie expires relative to maxAge',
    'req.session > .cookie > .maxAge > should modify cookie expires when changed',
    'req.session > .cookie > .maxAge > should modify cookie expires when changed to large value',
  ],
  'the life of a session is no part of its data': ['when session without cookie property in store > should pass error from inflate'],
  'the flags of the cookie are options of the handler and do not depend on the request': [
    'proxy option > when enabled > should work when no header',
    'proxy option > when disabled > should not trust X-Forwarded-Proto',
    'proxy option > when disabled > should ignore req.secure',
    'proxy option > when unspecified > should not trust X-Forwarded-Proto',
    'cookie option > when "secure" set to "auto" > when "proxy" is "true" > should set secure when X-Forwarded-Proto is https',
    'cookie option > when "secure" set to "auto" > when "proxy" is undefined > should set secure if req.secure = true',
    'cookie option > when "cookie" is a function > should call custom function and apply cookie options',
    'cookie option > when "cookie" is a function > should provide req argument',
    'cookie option > when "sameSite" set to "auto" > basic functionality > should set SameSite=None for secure connections',
    'cookie option > when "sameSite" set to "auto" > with proxy settings > when "proxy" is "true" > should set SameSite=None when X-Forwarded-Proto is https',
    'cookie option > when "sameSite" set to "auto" > combined with secure auto > when "secure" is "auto" > should set both Secure and SameSite=None when secure',
    'cookie option > when "sameSite" set to "auto" > combined with secure auto > when "secure" is "false" > should set SameSite=None without Secure when secure',
    'cookie option > when "sameSite" set to "auto" > combined with secure auto > when "secure" is "true" > should set both Secure and SameSite=None when secure',
    'cookie option > when "sameSite" set to "auto" > combined with secure auto > when "secure" is "true" > should not set cookie when insecure',
    'req.session > .cookie > .* > should serialize as parameters',
    'req.session > .cookie > .* > should override defaults',
    'req.session > .cookie > .* > should forward errors setting cookie',
    'req.session > .cookie > .secure > should set cookie when secure',
    'req.session > .cookie > .secure > should not set-cookie when insecure',
  ],
  'genid: a key is 256 random bits': [
    'genid option > should reject non-function values',
    'genid option > should allow custom function',
    'genid option > should encode unsafe chars',
    'genid option > should provide req argument',
  ],
  'resave: a request that changed nothing stores nothing': [
    'resave option > should default to true',
    'resave option > when true > should force save on unmodified session',
  ],
  'a request that changed nothing extends the session once a tenth of its life has passed': [
    'resave option > when false > should pass session touch error',
  ],
  'a save that fails becomes the response: nobody is told 200 of what is not stored': [
    'saveUninitialized option > should pass session save error',
  ],
  'a session that was never stored is not destroyed': ['unset option > should pass session destroy error'],
  'the headers are sent after the save, so Node does not refuse the second setHeader; the response stays as it was ended': [
    'res.end patch > should error when res.end is called twice',
  ],
  'the cookie is set when it is new or would end before the session, not with each change': [
    'req.session > should only set-cookie when modified',
  ],
  'a store has no connection events: while it is away a request is a 503': [
    'req.session > should not be set if store is disconnected',
    'req.session > should be set when store reconnects',
  ],
  'rejects with SessionEndedError, in its own words': ['req.session > .reload() > should error is session missing'],
  'a date that has passed ends the session': ['req.session > .cookie > .expires > when given a Date > should set absolute'],
  'the flags of the cookie are options of the handler': [
    'req.session > .cookie > .partitioned > when "true" > should set partitioned attribute',
  ],
  'reads the Cookie field alone, not what a cookie parser made of it': [
    'cookieParser() > should read from req.cookies',
    'cookieParser() > should read from req.signedCookies',
  ],
}

/** The reason of each test that does not apply, by its name. */
export const notApplicable: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(byReason).flatMap(([reason, names]) => names.map((name) => [name, reason])),
)
