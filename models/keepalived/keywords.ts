/**
 * The words of keepalived.conf that are known and not modelled, by block. The modelled ones are the keys of the readers'
 * tables; every other word is unknown, and keepalived goes on without it.
 *
 * Source: keepalived 2.2.7 keepalived.conf(5), vrrp_parser.c (init_vrrp_keywords), global_parser.c (init_global_keywords),
 * check_parser.c.
 */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Blocks at the outermost level. */
export const ROOT_BLOCKS = words(`
  global_defs vrrp_script vrrp_track_process vrrp_track_file track_file vrrp_sync_group vrrp_instance
  static_ipaddress static_routes static_rules garp_group track_group linkbeat_interfaces interface_up_down_delays
  virtual_server virtual_server_group SSL bfd_instance
`);

/** Single words at the outermost level. */
export const ROOT_WORDS = words(
  'net_namespace net_namespace_ipvs namespace_with_ipsets instance use_pid_dir child_wait_time',
);

/** Only labels, mails, processes and load balancing by LVS: without effect on VRRP. */
export const GLOBAL_WITHOUT_EFFECT = words(`
  router_id notification_email notification_email_from smtp_server smtp_helo_name smtp_connect_timeout smtp_alert
  smtp_alert_vrrp smtp_alert_checker no_email_faults email_faults script_user enable_script_security
  vrrp_notify_fifo vrrp_notify_fifo_script notify_fifo notify_fifo_script lvs_notify_fifo lvs_notify_fifo_script
  vrrp_notify_priority_changes fifo_write_vrrp_states_on_reload notify_priority_changes default_interface
  lvs_timeouts lvs_sync_daemon lvs_flush lvs_flush_onstop lvs_netlink_cmd_rcv_bufs lvs_netlink_monitor_rcv_bufs
  enable_snmp_keepalived enable_snmp_checker enable_snmp_rfc enable_snmp_rfcv2 enable_snmp_rfcv3 enable_snmp_vrrp
  enable_traps snmp_socket snmp_vrrp_trap enable_dbus dbus_service_name dbus_no_interface_name
  vrrp_mcast_group4 vrrp_mcast_group6 vrrp_iptables vrrp_ipsets vrrp_nftables nftables nftables_counters
  nftables_ifindex checker_priority vrrp_priority bfd_priority vrrp_no_swap checker_no_swap bfd_no_swap
  vrrp_rt_priority checker_rt_priority bfd_rt_priority vrrp_rlimit_rttime checker_rlimit_rttime bfd_rlimit_rttime
  vrrp_rlimit_rtime checker_rlimit_rtime bfd_rlimit_rtime vrrp_cpu_affinity checker_cpu_affinity bfd_cpu_affinity
  process_names process_name vrrp_process_name checker_process_name bfd_process_name process_monitor_rcv_bufs
  process_monitor_rcv_bufs_force vrrp_netlink_cmd_rcv_bufs vrrp_netlink_cmd_rcv_bufs_force
  vrrp_netlink_monitor_rcv_bufs vrrp_netlink_monitor_rcv_bufs_force netlink_cmd_rcv_bufs netlink_monitor_rcv_bufs
  vrrp_rx_bufs_policy vrrp_rx_bufs_multiplier rs_init_notifies no_checker_emails umask max_auto_priority
  min_auto_priority_delay startup_script shutdown_script startup_script_timeout shutdown_script_timeout
  reload_time_file reload_repeat reload_file reload_check_config random_seed json_version data_use_instance
  keep_script_symlinks disable_local_igmp state_dump_file stats_dump_file json_dump_file tmp_config_directory
  use_symlink_paths inhibit_on_failure config_copy_directory iproute_usr_dir iproute_etc_dir
  disable_ipv6_ndisc vrrp_higher_prio_send_advert_fix
`);

/** Known, and it would change what VRRP does. */
export const GLOBAL_NOT_MODELLED = words(`
  vrrp_garp_interval vrrp_gna_interval vrrp_garp_lower_prio_interval linkbeat_use_polling dynamic_interfaces
  allow_if_changes vrrp_owner_ignore_adverts vrrp_allow_no_vips
`);

export const INSTANCE_WITHOUT_EFFECT = words(`
  debug smtp_alert kernel_rx_buf_size promote_secondaries native_ipv6 lvs_sync_daemon_interface dont_track_bfd
  notify_priority_changes notify_deleted notify_master_rx_lower_pri unicast_ttl mcast_dst_ip
  old_unicast_checksum no_virtual_ipaddress thread_timer_expired
`);

export const INSTANCE_NOT_MODELLED = words(`
  track_file track_process track_bfd track_src_ip virtual_routes virtual_rules accept no_accept use_vmac
  use_vmac_addr use_ipvlan vmac_xmit_base linkbeat_use_polling garp_extra_if vmac_garp_intvl owner_ignore_adverts
  v3_checksum_type auth_hmac
`);

export const SCRIPT_WITHOUT_EFFECT = words('user init_fail');

export const GROUP_WITHOUT_EFFECT = words('smtp_alert notify_priority_changes');
export const GROUP_NOT_MODELLED = words('track_file track_process track_bfd track_interface');
