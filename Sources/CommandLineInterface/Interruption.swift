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
    for number in [SIGINT, SIGTERM] {
      signal(number) { received in
        Interruption.requested.store(true, ordering: .relaxed)
        signal(received, SIG_DFL)
      }
    }
    // A closed pipe is an error of write(2), not the end of the process.
    signal(SIGPIPE, SIG_IGN)
  }
}

/// Thrown by a command that stopped because it was asked to.
public struct Interrupted: Error, Hashable, Sendable {
  public init() {}
}
