import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Which strategy a thread is calling, so that a trap inside it can be named (see `StrategyTraps`).
///
/// Two stores a call. They are atomic only so that the compiler keeps them before code that may trap.
struct StrategyCallSite: ~Copyable {
  static let outside: Int64 = -1
  static let nameRoom = 96

  /// The lane being called; `outside` between calls.
  let lane = Atomic<Int64>(outside)
  /// The lane's clock at the call.
  let time = Atomic<Int64>(0)
  /// Who calls.
  let thread = Atomic<UInt>(0)
  let isTaken = Atomic<Bool>(false)
  var nameLength = 0
  let name: UnsafeMutablePointer<UInt8>
  /// Where the handler runs when the thread's own stack is full; made once it is needed, and never freed.
  private var handlerStack: UnsafeMutableRawPointer?

  init() {
    name = .allocate(capacity: Self.nameRoom)
    name.initialize(repeating: 0, count: Self.nameRoom)
  }

  /// All sites there are; never freed, so that a signal handler may always read them.
  nonisolated(unsafe) static let all: UnsafeMutablePointer<StrategyCallSite> = {
    let sites = UnsafeMutablePointer<StrategyCallSite>.allocate(capacity: count)
    for index in 0..<count { (sites + index).initialize(to: StrategyCallSite()) }
    return sites
  }()
  static let count = 256

  /// A site for one runner. When all are taken the last is shared, and a trap may be named wrongly or not at all.
  static func take(strategy: String) -> UnsafeMutablePointer<StrategyCallSite> {
    for index in 0..<(count - 1) {
      let site = all + index
      guard site.pointee.isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
      else { continue }
      site.pointee.lane.store(outside, ordering: .relaxed)
      var length = 0
      for byte in strategy.utf8.prefix(nameRoom) {
        site.pointee.name[length] = byte
        length += 1
      }
      site.pointee.nameLength = length
      return site
    }
    return all + (count - 1)
  }

  static func giveBack(_ site: UnsafeMutablePointer<StrategyCallSite>) {
    site.pointee.thread.store(0, ordering: .relaxed)
    site.pointee.isTaken.store(false, ordering: .releasing)
  }

  /// A lane is about to be called.
  @inline(__always)
  func enter(_ lane: Int, time localTime: Int64) {
    time.store(localTime, ordering: .relaxed)
    self.lane.store(Int64(lane), ordering: .relaxed)
  }

  /// The call has returned.
  @inline(__always)
  func leave() { lane.store(Self.outside, ordering: .relaxed) }

  /// From now on this thread makes the calls.
  static func enter(_ site: UnsafeMutablePointer<StrategyCallSite>) {
    let me = UInt(pthread_self())
    guard site.pointee.thread.load(ordering: .relaxed) != me else { return }
    site.pointee.thread.store(me, ordering: .relaxed)
    if StrategyTraps.areNamed { site.pointee.guardStack() }
  }

  /// A handler of more than this would be one that does too much; the processor's own state takes up to 11 KB of it.
  private static let handlerStackSize = 1 << 16

  /// Gives this thread another stack for its signals, unless it has one: a strategy that calls itself without end has used
  /// up its own.
  private mutating func guardStack() {
    var current = stack_t()
    guard sigaltstack(nil, &current) == 0, Int(current.ss_flags) & Self.isDisabled != 0 else { return }
    let room = handlerStack ?? .allocate(byteCount: Self.handlerStackSize, alignment: 16)
    handlerStack = room
    var stack = stack_t()
    stack.ss_sp = room
    stack.ss_size = Self.handlerStackSize
    sigaltstack(&stack, nil)
  }

  /// `SS_DISABLE`, an enumeration's case in C that changes its Swift type with the C library.
  private static let isDisabled = 2
}

/// Says on standard error which strategy, lane and moment a trap belongs to, before the process ends.
public enum StrategyTraps {
  private static let signals = [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE]
  /// What was done about each signal before; read by the handler.
  nonisolated(unsafe) private static let before = UnsafeMutablePointer<sigaction>.allocate(capacity: 64)
  nonisolated(unsafe) private static let text = UnsafeMutablePointer<UInt8>.allocate(capacity: 512)
  private static let isInstalled = Atomic<Bool>(false)

  static var areNamed: Bool { isInstalled.load(ordering: .relaxed) }

  /// Watches for traps from now on; the command line asks for it, a library should not.
  public static func nameOnStandardError() {
    guard !isInstalled.exchange(true, ordering: .relaxed) else { return }
    // Everything the handler reads exists before it can run.
    text.initialize(repeating: 0, count: 512)
    _ = StrategyCallSite.all
    for signal in signals {
      (before + Int(signal)).initialize(to: sigaction())
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { StrategyTraps.report($0) }
      action.sa_flags = SA_ONSTACK
      sigaction(signal, &action, before + Int(signal))
    }
  }

  /// In the signal handler: no allocation, no locks, and only `write` and `sigaction` of the system's functions. Returning
  /// runs the trapping instruction again, which then ends the process as it would have without this.
  private static func report(_ signal: Int32) {
    sigaction(signal, before + Int(signal), nil)
    let me = UInt(pthread_self())
    for index in 0..<StrategyCallSite.count {
      let site = StrategyCallSite.all + index
      let lane = site.pointee.lane.load(ordering: .relaxed)
      guard lane >= 0, site.pointee.thread.load(ordering: .relaxed) == me else { continue }
      var length = 0
      append("\na strategy trapped: ", &length)
      for place in 0..<site.pointee.nameLength { append(site.pointee.name[place], &length) }
      append(", lane ", &length)
      append(number: lane, digits: 1, &length)
      append(", market time ", &length)
      let time = site.pointee.time.load(ordering: .relaxed)
      append(date: time, &length)
      append(" (", &length)
      append(number: time, digits: 1, &length)
      append(signal == SIGSEGV ? " ns); calls without end and wild pointers end so\n" : " ns)\n", &length)
      _ = write(2, text, length)
      return
    }
  }

  private static func append(_ byte: UInt8, _ length: inout Int) {
    guard length < 512 else { return }
    text[length] = byte
    length += 1
  }

  private static func append(_ string: StaticString, _ length: inout Int) {
    for place in 0..<string.utf8CodeUnitCount { append(string.utf8Start[place], &length) }
  }

  private static func append(number: Int64, digits: Int, _ length: inout Int) {
    if number < 0 { append(UInt8(ascii: "-"), &length) }
    var divisor: UInt64 = 1
    var places = 1
    while places < 19, places < digits || number.magnitude / divisor >= 10 {
      divisor *= 10
      places += 1
    }
    while divisor > 0 {
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number.magnitude / divisor % 10), &length)
      divisor /= 10
    }
  }

  /// Year, month, day and time of day, UTC.
  private static func append(date nanoseconds: Int64, _ length: inout Int) {
    let day = 86_400_000_000_000 as Int64
    let days = nanoseconds / day - (nanoseconds % day < 0 ? 1 : 0)
    let rest = nanoseconds - days * day
    // Days since 1 March of the year 0, in eras of 400 years (Howard Hinnant's algorithm).
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    append(number: yearOfEra + era * 400 + (month >= 10 ? 1 : 0), digits: 4, &length)
    append(UInt8(ascii: "-"), &length)
    append(number: month < 10 ? month + 3 : month - 9, digits: 2, &length)
    append(UInt8(ascii: "-"), &length)
    append(number: dayOfYear - (153 * month + 2) / 5 + 1, digits: 2, &length)
    append(UInt8(ascii: "T"), &length)
    append(number: rest / 3_600_000_000_000, digits: 2, &length)
    append(UInt8(ascii: ":"), &length)
    append(number: rest / 60_000_000_000 % 60, digits: 2, &length)
    append(UInt8(ascii: ":"), &length)
    append(number: rest / 1_000_000_000 % 60, digits: 2, &length)
    append(UInt8(ascii: "."), &length)
    append(number: rest % 1_000_000_000, digits: 9, &length)
    append(UInt8(ascii: "Z"), &length)
  }
}
