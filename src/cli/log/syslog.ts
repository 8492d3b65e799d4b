/** Lines for the system's log: of this machine, or of a server. What can not be sent holds nothing up. */
import { LocalSyslog } from './local-syslog.ts'
import type { Syslog, SyslogServer } from './syslog-sink.ts'
import { TcpSyslog } from './syslog-tcp.ts'
import { UdpSyslog } from './syslog-udp.ts'

/** @param server null: the log of this machine; @param complain told of what is in the way, and when it is over */
export function openSyslog (server: SyslogServer | null, complain: (words: string) => void): Syslog {
  if (server === null) return new LocalSyslog(complain)
  return server.protocol === 'tcp' ? new TcpSyslog(server, complain) : new UdpSyslog(server, complain)
}
