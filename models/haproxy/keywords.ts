/**
 * Which words HAProxy knows and the model passes over with a note. Sources: doc/configuration.txt of 2.6 and
 * 3.x (sections 3.1 to 3.3, 4.1 matrix, 5.1, 5.2). What is in no list makes the daemon refuse to start.
 */

function set(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/).filter((word) => word !== ''));
}

/** Sections that hold nothing the model needs; their lines are not read. */
export const OTHER_SECTIONS = set(`
  userlist peers resolvers mailers cache program http-errors ring fcgi-app log-forward log-profile crt-store
  traces acme healthcheck aggregations dynamic-update namespace_list`);

/** Words of `global` that have no effect on what is modelled and are nothing to speak of. */
export const GLOBAL_PLAIN = set(`
  daemon user group uid gid chroot pidfile nbproc nbthread stats ulimit-n description node master-worker quiet
  debug log-tag log-send-hostname localpeer ca-base crt-base set-dumpable unix-bind tune.ssl.default-dh-param
  ssl-default-bind-ciphers ssl-default-bind-ciphersuites ssl-default-bind-options ssl-default-server-ciphers
  ssl-default-server-ciphersuites ssl-default-server-options ssl-dh-param-file ssl-server-verify
  expose-experimental-directives insecure-setuid-wanted insecure-fork-wanted external-check zero-warning
  strict-limits cpu-map nogetaddrinfo noepoll nopoll nosplice noreuseport hard-stop-after grace`);

/** Words of `global` that exist and are not modelled. */
export const GLOBAL_KNOWN = set(`
  51degrees-data-file 51degrees-property-name-list 51degrees-property-separator 51degrees-cache-size acme.scheduler
  anonkey busy-polling close-spread-time cluster-secret conf-ver cpu-policy cpu-set default-path deviceatlas-json-file
  dns-accept-family dns-server fd-hard-limit force-cfg-parser-pause fips-mode gid h1-accept-payload-with-any-method h1-case-adjust
  h1-case-adjust-file h1-do-not-close-on-insecure-transfer-encoding h2-workaround-bogus-websocket-clients
  harden.reject-privileged-ports.quic harden.reject-privileged-ports.tcp http-err-codes http-fail-codes
  httpclient.resolvers.disabled httpclient.resolvers.id httpclient.resolvers.prefer httpclient.retries
  httpclient.ssl.ca-file httpclient.ssl.verify httpclient.timeout.connect issuers-chain-path jwt.decrypt_alg_list
  key-base limited-quic load-server-state-from-file lua-load lua-load-per-thread lua-prepend-path maxcomprate maxcompcpuusage
  maxconnrate maxpipes maxsessrate maxsslconn maxsslrate maxzlibmem mworker-max-reloads no-memory-trimming noevports nokqueue
  no-quic nbtgroups numa-cpu-mapping ocsp-update.disable ocsp-update.httpproxy ocsp-update.mindelay ocsp-update.maxdelay
  ocsp-update.mode pp2-never-send-local presetenv prealloc-fd profiling.memory profiling.tasks resetenv server-state-base
  server-state-file setcap setenv set-var set-var-fmt shards shm-stats-file shm-stats-file-max-objects ssl-default-bind-client-sigalgs
  ssl-default-bind-curves ssl-default-bind-sigalgs ssl-default-server-client-sigalgs ssl-default-server-curves
  ssl-default-server-sigalgs ssl-engine ssl-load-extra-del-ext ssl-load-extra-files ssl-mode-async ssl-passphrase-cmd
  ssl-propquery ssl-provider ssl-provider-path ssl-security-level ssl-skip-self-issued-ca stats-file thread-group
  thread-groups thread-hard-limit trace unsetenv wait-on-dump wurfl-cache-size wurfl-data-file wurfl-engine-mode wurfl-information-list
  wurfl-information-list-separator wurfl-patch-file warn-blocked-traffic-after`);

/** Proxy keywords without effect on what is modelled and nothing to speak of. */
export const PROXY_PLAIN = set(`
  description log-tag errorfile errorfiles errorloc errorloc302 errorloc303 id enabled unique-id-format
  unique-id-header log-format log-format-sd error-log-format option-dummy email-alert guid`);

/** Proxy keywords that exist and are not modelled. */
export const PROXY_KNOWN = set(`
  capture compression cookie declare dispatch dynamic-cookie-key fcgi filter force-persist force-be-switch grace
  hash-balance-factor hash-preserve-affinity http-after-response http-error http-request http-response http-reuse
  http-send-name-header ignore-persist load-server-state-from-file log-steps max-keep-alive-queue
  max-session-srv-conns monitor monitor-net monitor-uri persist quic-initial rate-limit redirect
  server-state-file-name session source stick stick-table tcp-request tcp-response transparent use-fcgi-app use-server
  external-check bind-process disabled publish`);

/** Proxy keywords of HAProxy up to 2.0 that later ones refuse (cfgparse-listen.c). */
export const PROXY_REMOVED = set(`
  reqadd reqallow reqdel reqdeny reqiallow reqidel reqideny reqipass reqirep reqisetbe reqitarpit reqpass reqrep
  reqsetbe reqtarpit rspadd rspdel rspdeny rspidel rspideny rspirep rsprep appsession block redisp redispatch`);

/** Options that exist and change nothing that is modelled. */
export const OPTIONS_KNOWN = set(`
  abortonclose accept-invalid-http-request accept-invalid-http-response accept-unsafe-violations-in-http-request
  accept-unsafe-violations-in-http-response assume-rfc6587-ntf checkcache clitcpka contstats disable-h2-upgrade dontlog-normal
  forwarded forwardfor forceclose h1-case-adjust-bogus-client h1-case-adjust-bogus-server http-buffer-request
  http-drop-request-trailers http-drop-response-trailers http-ignore-probes http-keep-alive http-no-delay http-pretend-keepalive
  http-restrict-req-hdr-names http-server-close http-tunnel http-use-htx http-use-proxy-header httpclose httpslog
  idle-close-on-response independent-streams log-separate-errors logasap nolinger originalto persist
  prefer-last-server socket-stats splice-auto splice-request splice-response srvtcpka tcp-smart-accept
  tcp-smart-connect tcpka transparent use-small-buffers`);

/** Checks by other protocols: they exist; here they run as a plain connect. */
export const CHECKS_KNOWN = set(`
  external-check ldap-check lb-agent-chk mysql-check pgsql-check redis-check smtpchk spop-check`);

/** How many words follow a server keyword that exists and is not modelled. */
export const SERVER_KNOWN: ReadonlyMap<string, number> = new Map([
  ...[
    ...set(`allow-0rtt check-send-proxy check-via-socks4 check-reuse-pool force-sslv3 force-tlsv10 force-tlsv11
      force-tlsv12 force-tlsv13 no-sslv3 no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13 no-tls-tickets no-ssl-reuse
      no-verifyhost no-tfo no-send-proxy no-send-proxy-v2 no-send-proxy-v2-ssl no-send-proxy-v2-ssl-cn
      no-check-send-proxy no-check-reuse-pool no-renegotiate non-stick stick renegotiate send-proxy send-proxy-v2 send-proxy-v2-ssl
      send-proxy-v2-ssl-cn ssl-reuse tfo tls-tickets no-check-via-socks4 no-sni-auto sni-auto no-check-sni-auto check-sni-auto`),
  ].map((word) => [word, 0] as const),
  ...[
    ...set(`alpn npn ca-file cc check-alpn check-proto check-sni check-pool-conn-name ciphers ciphersuites client-sigalgs cookie crl-file
      crt curves ech guid hash-key idle-ping init-addr interface log-bufsize log-proto max-reuse mptcp namespace
      pool-conn-name pool-low-conn pool-max-conn pool-purge-delay proto proxy-v2-options redir resolve-net
      resolve-opts resolve-prefer resolvers shard sigalgs sni socks4 source ssl-max-ver ssl-min-ver strict-maxconn
      tcp-md5sig tcp-ut usesrc verify verifyhost ws`),
  ].map((word) => [word, 1] as const),
  ['set-proxy-v2-tlv-fmt', 1],
]);

/** How many words follow a bind keyword. */
export const BIND_KNOWN: ReadonlyMap<string, number> = new Map([
  ...[
    ...set(`accept-proxy allow-0rtt defer-accept force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 force-tlsv13
      generate-certificates no-ca-names no-sslv3 no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13 no-tls-tickets
      prefer-client-ciphers quic-force-retry ssl strict-sni tfo tls-tickets transparent v4v6 v6only no-strict-sni no-alpn mptcp renegotiate no-renegotiate`),
  ].map((word) => [word, 0] as const),
  ...[
    ...set(`accept-netscaler-cip alpn backlog ca-file ca-ignore-err ca-sign-file ca-sign-pass ca-verify-file cc
      ciphers ciphersuites client-sigalgs crl-file crt crt-ignore-err crt-list curves default-crt ecdhe ech expose-fd gid
      group guid-prefix id idle-ping interface ktls label level maxconn mode mss name namespace nbconn nice npn ocsp-update process proto
      quic-cc-algo quic-socket severity-output shards sigalgs ssl-max-ver ssl-min-ver tcp-md5sig tcp-ss tcp-ut thread tls-ticket-keys
      uid user verify`),
  ].map((word) => [word, 1] as const),
]);

/** Balance algorithms that exist and are not modelled; roundrobin runs in their place. */
export const BALANCE_KNOWN = set('uri url_param rdp-cookie hash log-hash log-backend sticky');

/** Timeouts that exist and are not modelled. */
export const TIMEOUTS_KNOWN = set('client-fin server-fin tarpit client-hs contimeout clitimeout srvtimeout');

export const STATS_KNOWN = set(`
  admin auth bind-process hide-version http-request realm refresh scope show-desc show-legends show-modules
  show-node uri enable socket maxconn timeout process`);
