import Glibc
import Synchronization

/// The user asked to stop: SIGINT, SIGTERM, or SIGHUP when the terminal goes.
///
/// A command looks at `isRequested` between pieces of work and ends cleanly with `Interrupted`. A second signal ends the process
/// at once, unless it comes with the first: `timeout` signals its child and then the child's whole group.
public enum Interruption {
  private static let requested = Atomic<Bool>(false)
  /// When the first signal came, by the monotonic clock; 0 before it.
  private static let firstNanoseconds = Atomic<Int64>(0)
  private static let togetherNanoseconds: Int64 = 300_000_000

  public static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Throws once a stop was asked for.
  public static func check() throws(Interrupted) {
    if isRequested { throw Interrupted() }
  }

  static func listen() {
    // The first access runs the initialisers, so that the handler itself only reads the clock and stores.
    requested.store(false, ordering: .relaxed)
    firstNanoseconds.store(0, ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { received in
        var clock = timespec()
        clock_gettime(CLOCK_MONOTONIC, &clock)
        let now = Int64(clock.tv_sec) &* 1_000_000_000 &+ Int64(clock.tv_nsec)
        let (isFirst, first) = Interruption.firstNanoseconds.compareExchange(
          expected: 0, desired: now, ordering: .relaxed)
        Interruption.requested.store(true, ordering: .relaxed)
        if !isFirst, now &- first > Interruption.togetherNanoseconds {
          signal(received, SIG_DFL)
          raise(received)
        }
      }
      // Without SA_RESTART: a read that waits at a pipe must come back.
      action.sa_flags = 0
      sigaction(number, &action, nil)
    }
    // A parent may have started this process from a thread that blocks signals, and the mask is inherited.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    sigaddset(&signals, SIGHUP)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    // A closed pipe and a file at its permitted size are errors of write(2), not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }
}

extension Interruption {
  /// Whether the caller asked for a signal to be ignored, as shells do for jobs in the background.
  private static func isIgnored(_ number: Int32) -> Bool {
    var current = sigaction()
    guard sigaction(number, nil, &current) == 0 else { return false }
    // SIG_IGN is the address 1.
    return unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self) == 1
  }
}

/// Thrown by a command that stopped because it was asked to.
public struct Interrupted: Error, Hashable, Sendable {
  public init() {}
}
