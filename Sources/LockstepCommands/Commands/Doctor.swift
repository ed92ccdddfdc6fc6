import CommandLineInterface
import Glibc

/// `lockstep doctor`: whether this machine can do the work, and what to do where it cannot.
enum Doctor {
  struct Finding {
    enum Verdict: String {
      case good = "ok"
      case warning
      case bad = "error"
    }

    var subject: String
    var verdict: Verdict
    var detail: String
    var advice = ""
  }

  static let folder = Option("folder", .folder(), "Where results will be written; its free space is checked.")

  static let command = Command(
    "doctor", summary: "Check this machine and say what to do.", examples: ["doctor"],
    parameters: [folder, CommonParameters.json]
  ) { invocation in
    let findings =
      [instructionSet(), memory(), memoryLimit(), openFiles(), fileSize(), space(in: invocation[folder] ?? ".")]
      + [scratch(), clock()] + SystemLibraries.loaded().map(library)
    if invocation[CommonParameters.json] {
      try invocation.console.writeLine(JSONValue.array(findings.map(json)).indentedText)
    } else {
      for finding in findings {
        try invocation.console.writeLine("\(padded(finding.verdict.rawValue, 8)) \(finding.subject): \(finding.detail)")
        if !finding.advice.isEmpty { try invocation.console.writeLine("         \(finding.advice)") }
      }
      let (errors, warnings) = (
        findings.count { $0.verdict == .bad }, findings.count { $0.verdict == .warning }
      )
      try invocation.console.writeLine(
        errors + warnings == 0
          ? "Everything is as it should be."
          : "\(errors) error\(errors == 1 ? "" : "s"), \(warnings) warning\(warnings == 1 ? "" : "s")")
    }
    return findings.contains { $0.verdict == .bad } ? .failure : .success
  }

  private static func json(_ finding: Finding) -> JSONValue {
    .object([
      "subject": .string(finding.subject), "verdict": .string(finding.verdict.rawValue),
      "detail": .string(finding.detail), "advice": .string(finding.advice),
    ])
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private static func instructionSet() -> Finding {
    InstructionSet.isSupported
      ? Finding(subject: "processor", verdict: .good, detail: InstructionSet.name)
      : Finding(subject: "processor", verdict: .bad, detail: "lacks \(InstructionSet.name)")
  }

  private static func memory() -> Finding {
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    let gibibytes = Double(pages) * Double(sysconf(Int32(_SC_PAGESIZE))) / 1_073_741_824
    let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    let detail = "\((gibibytes * 10).rounded() / 10) GiB, \(cores) cores"
    return gibibytes < 2
      ? Finding(
        subject: "memory", verdict: .warning, detail: detail, advice: "Building needs about 2 GiB; running needs less.")
      : Finding(subject: "memory", verdict: .good, detail: detail)
  }

  /// Limits below the machine's memory: of the shell, or of the container (control group).
  private static func memoryLimit() -> Finding {
    var limits: [(name: String, bytes: UInt64)] = []
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur < UInt64(Int64.max) {
      limits.append(("ulimit -v", UInt64(limit.rlim_cur)))
    }
    for path in ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"] {
      if let bytes = number(inFile: path), bytes < 1 << 50 { limits.append(("the container's limit", bytes)) }
    }
    guard let lowest = limits.min(by: { $0.bytes < $1.bytes }) else {
      return Finding(subject: "memory limit", verdict: .good, detail: "none below the machine's memory")
    }
    let gibibytes = (Double(lowest.bytes) / 1_073_741_824 * 10).rounded() / 10
    let detail = "\(gibibytes) GiB (\(lowest.name))"
    return lowest.bytes < 1 << 30
      ? Finding(
        subject: "memory limit", verdict: .warning, detail: detail,
        advice: "Runs of many lanes may need more; 'lockstep estimate' says how much.")
      : Finding(subject: "memory limit", verdict: .good, detail: detail)
  }

  /// The number that a small system file holds.
  private static func number(inFile path: String) -> UInt64? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &bytes, bytes.count)
    guard count > 0 else { return nil }
    return UInt64(String(decoding: bytes[..<count], as: UTF8.self).filter(\.isNumber))
  }

  private static func fileSize() -> Finding {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0, limit.rlim_cur < UInt64(Int64.max) else {
      return Finding(subject: "file size", verdict: .good, detail: "not limited")
    }
    return Finding(
      subject: "file size", verdict: limit.rlim_cur < 1 << 30 ? .warning : .good,
      detail: "at most \(limit.rlim_cur) bytes", advice: limit.rlim_cur < 1 << 30 ? "Raise it: ulimit -f unlimited" : ""
    )
  }

  /// Where temporary files go.
  private static func scratch() -> Finding {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    return access(folder, W_OK) == 0
      ? Finding(subject: "temporary files", verdict: .good, detail: folder)
      : Finding(
        subject: "temporary files", verdict: .warning, detail: "\(folder): \(String(cString: strerror(errno)))",
        advice: "Set TMPDIR to a folder of your own.")
  }

  private static func library(_ library: SystemLibraries.Library) -> Finding {
    library.isLoaded
      ? Finding(
        subject: library.name, verdict: .good, detail: "\(library.version ?? "loaded"), for \(library.purpose)")
      : Finding(
        subject: library.name, verdict: .bad, detail: "not loaded, needed for \(library.purpose)",
        advice: "Install it through ./lockstep, which knows the Debian packages.")
  }

  private static func openFiles() -> Finding {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return Finding(subject: "open files", verdict: .warning, detail: "the limit is unknown")
    }
    let detail = "at most \(limit.rlim_cur)"
    return limit.rlim_cur < 256
      ? Finding(subject: "open files", verdict: .warning, detail: detail, advice: "Raise it: ulimit -n 1024")
      : Finding(subject: "open files", verdict: .good, detail: detail)
  }

  private static func space(in folder: String) -> Finding {
    var system = statvfs()
    guard statvfs(folder, &system) == 0 else {
      return Finding(
        subject: "disk", verdict: .bad, detail: "\(folder): \(String(cString: strerror(errno)))",
        advice: "Name an existing folder with --folder.")
    }
    let gigabytes = Double(system.f_bavail) * Double(system.f_frsize) / 1e9
    let detail = "\((gigabytes * 10).rounded() / 10) GB free at \(folder)"
    if access(folder, W_OK) != 0 {
      return Finding(
        subject: "disk", verdict: .bad, detail: "\(folder) is not writable", advice: "Work in a folder of your own.")
    }
    return gigabytes < 1
      ? Finding(subject: "disk", verdict: .warning, detail: detail, advice: "Free some space before long runs.")
      : Finding(subject: "disk", verdict: .good, detail: detail)
  }

  private static func clock() -> Finding {
    let year = TimeText.iso8601(Int64(time(nil)) * 1_000_000_000).prefix(10)
    return year < "2024"
      ? Finding(subject: "clock", verdict: .warning, detail: "it is \(year)", advice: "Set it: runs are named by date.")
      : Finding(subject: "clock", verdict: .good, detail: String(year))
  }
}
