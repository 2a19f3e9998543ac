#!/bin/sh
# Asks for the proxy of this host alone: through it a check would also fail with the apiserver of another host.
killall -0 haproxy
