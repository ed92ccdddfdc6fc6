import Glibc
import Synchronization

/// The user asked to stop: SIGINT or SIGTERM.
///
/// A command looks at `isRequested` between pieces of work and ends cleanly with `Interrupted`. The second signal ends
/// the process at once.
public enum Interruption {
  private static let requested = Atomic<Bool>(false)

  public static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Throws once a stop was asked for.
  public static func check() throws(Interrupted) {
    if isRequested { throw Interrupted() }
  }

  static func listen() {
    // The first access runs the initialiser, so that the handler itself only stores a byte.
    requested.store(false, ordering: .relaxed)
    for number in [SIGINT, SIGTERM] where !isIgnored(number) {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { received in
        Interruption.requested.store(true, ordering: .relaxed)
        signal(received, SIG_DFL)
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
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    // A closed pipe is an error of write(2), not the end of the process.
    signal(SIGPIPE, SIG_IGN)
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
