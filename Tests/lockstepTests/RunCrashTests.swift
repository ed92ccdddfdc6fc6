import Foundation
import Testing

/// Runs that are killed, that cannot write, or that meet another run.
@Suite("Runs that go wrong")
struct RunCrashTests {
  /// A scenario that runs in a fraction of a second.
  static func scenario(in folder: ScratchFolder) throws -> String {
    try RunCommandTests.scenario(in: folder, "html = false\n")
  }

  static let files = ["result.h5", "summary.json", "scenario.toml"]

  static func contents(_ folder: ScratchFolder, _ run: String) throws -> [Data] {
    try files.map { try Data(contentsOf: folder.url.appendingPathComponent("\(run)/\($0)")) }
  }

  static func start(_ words: [String]) throws -> Process {
    let process = Process()
    process.executableURL = Binary.url
    process.arguments = words
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// What a run leaves in its folder, all of it.
  static let listing = ["log.jsonl", "result.h5", "scenario.toml", "summary.json"]

  static func listing(_ folder: ScratchFolder, _ run: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path(run)).sorted()
  }

  /// A small seeded generator: the same moments every time.
  private static func moments(_ count: Int, below bound: Int, seed: UInt64) -> [Int] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
  }

  /// Checks what a killed run left in a folder of its own, and goes on with it; false when it had not begun.
  private func resume(
    _ folder: ScratchFolder, _ place: String, to whole: [Data], former: [Data]? = nil, _ note: String
  ) throws -> Bool {
    let run = "\(place)/run"
    let isThere = FileManager.default.fileExists(atPath: folder.path(run))
    #expect(former == nil || isThere, "\(note)")
    if isThere {
      let files = try Self.contents(folder, run)
      #expect(files == whole || files == former, "\(note)")
      // The finished run that is about to give way may be marked.
      #expect(
        try Self.listing(folder, run).filter { files == whole || $0 != ".replaced" } == Self.listing, "\(note)")
      if files == whole { return true }
    }
    let resumed = try Binary.run("resume", folder.path(run))
    let isBegun = FileManager.default.fileExists(atPath: folder.path("\(run).partial/scenario.toml"))
    guard isBegun || resumed.code == 0 else {
      #expect(resumed.code == 4, "\(note): \(resumed.messages)")
      return false
    }
    #expect(resumed.code == 0, "\(note): \(resumed.messages)")
    #expect(try Self.contents(folder, run) == whole, "\(note)")
    #expect(try Self.listing(folder, run) == Self.listing, "\(note)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path(place)).sorted() == ["ledger", "run"], "\(note)")
    return true
  }

  /// The ledger of a folder verifies and holds one run.
  private func verifyLedger(_ folder: ScratchFolder, _ place: String, _ note: String) throws {
    let verified = try Binary.run("ledger", "verify", "--folder", folder.path(place))
    #expect(verified.code == 0 && verified.output.hasPrefix("1 records, "), "\(note): \(verified)")
  }

  @Test("Killed at any moment: no folder that looks finished, resume gives the same bytes, the ledger has the run once")
  func killed() throws {
    let folder = try ScratchFolder()
    let path = try Self.scenario(in: folder)
    let clock = ContinuousClock.now
    #expect(try Binary.run("run", path, "-o", folder.path("first/run")).code == 0)
    let elapsed = (ContinuousClock.now - clock).components
    let length = Int(elapsed.seconds * 1_000_000 + elapsed.attoseconds / 1_000_000_000_000)
    let whole = try Self.contents(folder, "first/run")
    #expect(try Self.listing(folder, "first/run") == Self.listing)
    var resumed = 0
    for moment in Self.moments(LongTests.areWanted ? 40 : 6, below: 1_000, seed: 6) {
      let place = "at-\(moment)"
      let process = try Self.start(["run", path, "-o", folder.path("\(place)/run"), "--quiet"])
      // From the very start to a little past the end.
      usleep(UInt32(length * moment / 800))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      guard try resume(folder, place, to: whole, "moment \(moment)") else { continue }
      try verifyLedger(folder, place, "moment \(moment)")
      resumed += 1
    }
    #expect(resumed > 0)
  }

  @Test(
    "Killed before a write, a sync or a rename, also while it replaces a finished run: the same holds",
    .enabled(if: FaultShim.canBeBuilt, "there is no clang to build the library that kills"))
  func killedAtOperations() throws {
    let folder = try ScratchFolder()
    let shim = try FaultShim(in: folder)
    let path = try Self.smallest(in: folder)
    #expect(try Binary.run("run", path, "-o", folder.path("first/run")).code == 0)
    #expect(try Binary.run("run", path, "-o", folder.path("former"), "--no-ledger", "--set", "run.seed=2").code == 0)
    let (whole, former) = (try Self.contents(folder, "first/run"), try Self.contents(folder, "former"))
    let all = Array(1...60)
    var killed = 0
    for replaces in [false, true] {
      let moments = Self.moments(6, below: 36, seed: replaces ? 1 : 2).map { $0 + 1 }
      for operation in LongTests.areWanted ? all : Array(Set(moments)).sorted() {
        let place = "at-\(operation)-\(replaces)"
        try FileManager.default.createDirectory(atPath: folder.path(place), withIntermediateDirectories: true)
        if replaces {
          try FileManager.default.copyItem(atPath: folder.path("former"), toPath: folder.path("\(place)/run"))
        }
        let outcome = try Binary.run(
          "run", path, "-o", folder.path("\(place)/run"), "--force",
          environment: shim.environment(killingAt: operation, under: folder.path(place)))
        guard outcome.messages.contains(FaultShim.mark) else {
          #expect(outcome.code == 0)
          break
        }
        killed += 1
        let note = "operation \(operation), \(replaces ? "replacing" : "new")"
        guard try resume(folder, place, to: whole, former: replaces ? former : nil, note) else { continue }
        try verifyLedger(folder, place, note)
      }
    }
    #expect(killed > 5)
  }

  /// One minute of the sample without orders: what such a run writes, every run does.
  static func smallest(in folder: ScratchFolder) throws -> String {
    let path = try scenario(in: folder)
    let text = try String(contentsOfFile: path, encoding: .utf8)
      .replacingOccurrences(of: "grid-maker", with: "null").replacingOccurrences(of: "14:36:00", with: "14:28:20")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  /// Of result.h5 every thirteenth write only, because `everyWriteOfAResultMayFail` fails each of them; everything else in turn.
  @Test(
    "Every write, sync and rename of a run fails once: it says so or does not need it, and leaves nothing half-written",
    .enabled(if: FaultShim.canBeBuilt, "there is no clang to build the library that injects failures"))
  func failingWrites() throws {
    let folder = try ScratchFolder()
    let shim = try FaultShim(in: folder)
    let path = try Self.smallest(in: folder)
    #expect(try Binary.run("run", path, "-o", folder.path("whole")).code == 0)
    let whole = try Self.contents(folder, "whole")
    var failures = 0
    for (kind, step) in [(FaultShim.Kind.others, 1), (.positioned, LongTests.areWanted ? 1 : 13)] {
      var operation = 1
      while operation < 500 {
        // Each in a folder of its own, with a ledger of its own.
        let place = folder.path("at-\(operation)")
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let outcome = try Binary.run(
          "run", path, "-o", "\(place)/run", environment: shim.environment(failing: operation, of: kind, under: place))
        guard outcome.messages.contains(FaultShim.mark) else {
          #expect(outcome.code == 0)
          break
        }
        let isFinished = FileManager.default.fileExists(atPath: "\(place)/run")
        if outcome.code == 0 {
          // Only the log may be missing something.
          #expect(outcome.messages.contains("\(FaultShim.mark) \(place)/run.partial/log.jsonl"), "\(outcome.messages)")
          let files = try Self.contents(folder, "at-\(operation)/run")
          #expect(files[1] == whole[1] && files[2] == whole[2], "\(kind) \(operation): \(outcome.messages)")
        } else {
          failures += 1
          #expect(outcome.code == 1, "\(kind) \(operation): \(outcome.messages)")
          #expect(
            outcome.messages.contains("injected") || outcome.messages.contains("Input/output error")
              || outcome.messages.contains("cannot"), "\(kind) \(operation): \(outcome.messages)")
          #expect(!isFinished, "\(kind) \(operation)")
        }
        if kind == .others, FileManager.default.fileExists(atPath: "\(place)/ledger") {
          #expect(try Binary.run("ledger", "verify", "--folder", place).code == 0, "operation \(operation)")
        }
        try FileManager.default.removeItem(atPath: place)
        operation += step
      }
      #expect(operation > 12)
    }
    #expect(failures > 12)
  }

  @Test(
    "Every write and sync of resume fails once: the interrupted run stays, and resuming again gives the same bytes",
    .enabled(if: FaultShim.canBeBuilt, "there is no clang to build the library that injects failures"))
  func failingResume() throws {
    let folder = try ScratchFolder()
    let shim = try FaultShim(in: folder)
    let path = try Self.smallest(in: folder)
    #expect(try Binary.run("run", path, "-o", folder.path("whole"), "--no-ledger").code == 0)
    let whole = try Self.contents(folder, "whole")
    var (operation, failures) = (1, 0)
    while operation < 100 {
      let place = folder.path("at-\(operation)")
      // What a run leaves that was killed right after it began.
      try FileManager.default.createDirectory(atPath: "\(place)/run.partial", withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: folder.path("whole/scenario.toml"), toPath: "\(place)/run.partial/scenario.toml")
      let outcome = try Binary.run(
        "resume", "\(place)/run", "--no-ledger",
        environment: shim.environment(failing: operation, of: .others, under: place))
      guard outcome.messages.contains(FaultShim.mark) else {
        #expect(outcome.code == 0)
        break
      }
      if outcome.code != 0 {
        failures += 1
        #expect(outcome.code == 1, "operation \(operation): \(outcome.messages)")
        #expect(!FileManager.default.fileExists(atPath: "\(place)/run"), "operation \(operation)")
        #expect(try Binary.run("resume", "\(place)/run", "--no-ledger").code == 0, "operation \(operation)")
      }
      #expect(try Self.contents(folder, "at-\(operation)/run") == whole, "operation \(operation)")
      try FileManager.default.removeItem(atPath: place)
      operation += 1
    }
    #expect(operation > 5 && failures > 3)
  }

  @Test(
    "Every write and sync of tags and catalogue fails once: tags are old or new, and the index is right again",
    .enabled(if: FaultShim.canBeBuilt, "there is no clang to build the library that injects failures"))
  func failingTags() throws {
    let folder = try ScratchFolder()
    let shim = try FaultShim(in: folder)
    let path = try Self.smallest(in: folder)
    let reports = folder.path("runs")
    #expect(try Binary.run("run", path, "-o", "\(reports)/run", "--no-ledger").code == 0)
    let tags = "\(reports)/run/tags.txt"
    // The others: the tags' own file. Positioned ones: SQLite's pages and journal, which begin with an index of its own.
    for (kind, step) in [(FaultShim.Kind.others, 1), (.positioned, LongTests.areWanted ? 1 : 17)] {
      var operation = 1
      while operation < 300 {
        try "old\n".write(toFile: tags, atomically: true, encoding: .utf8)
        for name in ["catalogue.sqlite", "catalogue.sqlite-journal"] { unlink("\(reports)/\(name)") }
        let outcome = try Binary.run(
          "runs", "tag", "run", "new", "--folder", reports,
          environment: shim.environment(failing: operation, of: kind, under: reports))
        let now = try String(contentsOfFile: tags, encoding: .utf8)
        guard outcome.messages.contains(FaultShim.mark) else {
          #expect(outcome.code == 0 && now == "new\nold\n")
          break
        }
        #expect(now == "old\n" || now == "new\nold\n", "\(kind) \(operation): \(now)")
        #expect(outcome.code != 0 || now == "new\nold\n", "\(kind) \(operation): \(outcome.messages)")
        let listed = try Binary.run("runs", "--json", "--where", "tag.old", "--folder", reports)
        #expect(listed.code == 0 && listed.output.contains("\"old\""), "\(kind) \(operation): \(listed.messages)")
        #expect(listed.output.contains("\"new\"") == now.contains("new"), "\(kind) \(operation)")
        operation += step
      }
      #expect(operation > 2)
    }
  }

  @Test("Two runs at once in one folder: the second says who has it")
  func occupied() throws {
    let folder = try ScratchFolder()
    let path = try Self.scenario(in: folder)
    let long = ["--set", "data.until=2024-03-01T20:00:00Z"]
    let first = try Self.start(["run", path, "-o", folder.path("run"), "--no-ledger", "--quiet"] + long)
    while first.isRunning, !FileManager.default.fileExists(atPath: folder.path("run.partial/scenario.toml")) {
      usleep(5_000)
    }
    let second = try Binary.run("run", path, "-o", folder.path("run"), "--no-ledger")
    #expect(second.code == 1 && second.messages.contains("another run is being written to"), "\(second.messages)")
    let resumed = try Binary.run("resume", folder.path("run"), "--no-ledger")
    #expect(resumed.code == 1 && resumed.messages.contains("another run is being written to"))
    kill(first.processIdentifier, SIGKILL)
    first.waitUntilExit()
    // The lock ends with its holder.
    let interrupted = FileManager.default.fileExists(atPath: folder.path("run.partial/checkpoint.json"))
    let again = try Binary.run("run", path, "-o", folder.path("run"), "--no-ledger")
    #expect(again.code == (interrupted ? 1 : 0))
    #expect(!interrupted || again.messages.contains("lockstep resume"), "\(again.messages)")
    #expect(try Binary.run("run", path, "-o", folder.path("run"), "--no-ledger", "--force").code == 0)
  }

  @Test(
    "A folder that cannot be written to ends with 1 and says what to do",
    .enabled(if: geteuid() != 0 || Mounts.areAllowed, "root may write anywhere, and mounting is not allowed here"))
  func readOnly() throws {
    let folder = try ScratchFolder()
    let path = try Self.scenario(in: folder)
    let closed = folder.path("closed")
    try FileManager.default.createDirectory(atPath: closed, withIntermediateDirectories: true)
    let isRoot = geteuid() == 0
    if isRoot {
      // Rights do not stop root, a mount does.
      #expect(try Binary.shell("mount -t tmpfs -o ro,size=64k tmpfs '\(closed)'").code == 0)
    } else {
      try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: closed)
    }
    defer {
      if isRoot {
        _ = try? Binary.shell("umount '\(closed)'")
      } else {
        try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: closed)
      }
    }
    let outcome = try Binary.run("run", path, "-o", "\(closed)/run")
    #expect(outcome.code == 1)
    #expect(
      outcome.messages.contains("\(closed)/run.partial cannot be made")
        && outcome.messages.contains("name a folder of your own with -o"), "\(outcome.messages)")
  }

  @Test(
    "A disk that is full ends with 1 and leaves nothing that looks finished",
    .enabled(if: Mounts.areAllowed, "mounting a small tmpfs is not allowed here"))
  func fullDisk() throws {
    let folder = try ScratchFolder()
    let path = try Self.scenario(in: folder)
    let small = folder.path("small")
    try FileManager.default.createDirectory(atPath: small, withIntermediateDirectories: true)
    #expect(try Binary.shell("mount -t tmpfs -o size=48k tmpfs '\(small)'").code == 0)
    defer { _ = try? Binary.shell("umount '\(small)'") }
    let outcome = try Binary.run("run", path, "-o", "\(small)/run")
    #expect(outcome.code == 1 && outcome.messages.contains("space"), "\(outcome.messages)")
    #expect(!FileManager.default.fileExists(atPath: "\(small)/run"))
  }

  @Test("Bad input of every kind ends with its documented code, and names file and line where it has one")
  func badInput() throws {
    let folder = try ScratchFolder()
    let good = try Self.scenario(in: folder)
    let bytes = try String(contentsOfFile: good, encoding: .utf8)
    func write(_ name: String, _ text: String) throws -> String {
      try text.write(toFile: folder.path(name), atomically: true, encoding: .utf8)
      return folder.path(name)
    }
    let wrongType = try write("type.toml", bytes.replacingOccurrences(of: "= 500_000", with: "= \"soon\""))
    let syntax = try write("syntax.toml", bytes + "[data\n")
    let torn = try write("torn.ticks", "LOCKSTEP but nothing behind it")
    try FileManager.default.createDirectory(atPath: folder.path("run"), withIntermediateDirectories: true)
    _ = try write("run/result.h5", "no HDF5")
    let cases: [(words: [String], code: Int32, says: String)] = [
      (
        ["run", wrongType, "-o", folder.path("x")], 3,
        "type.toml:8: latency.new_order.nanoseconds: wants a whole number"
      ),
      (["run", syntax, "-o", folder.path("x")], 3, "syntax.toml:17: no valid TOML"),
      (["run", folder.url.path, "-o", folder.path("x")], 4, "Is a directory"),
      (["run", good, "--set", "data.files=[\"\(torn)\"]", "-o", folder.path("x")], 4, "torn.ticks"),
      (["run", good, "--set", "run.impact=true", "-o", folder.path("x")], 3, "run.impact"),
      (
        [
          "run", good, "--set", "carry.funding=[{instrument=\"ALFB\", time=2024-03-01T14:30:00Z}]",
          "-o", folder.path("x"),
        ], 3, "did you mean 'ALFA'?"
      ),
      (["run"], 2, "SCENARIO"),
      (["explain", folder.path("run"), "0"], 4, "result.h5"),
      (["verify", folder.path("run")], 4, "result.h5"),
      (["explain", folder.path("none"), "0"], 4, "holds no finished run"),
    ]
    for (words, code, says) in cases {
      let outcome = try Binary.run(Binary.url, words: words)
      #expect(outcome.code == code, "\(words): \(outcome.messages)")
      #expect(outcome.messages.contains(says), "\(words): \(outcome.messages)")
      #expect(outcome.output.isEmpty)
    }
    #expect(!folder.names.contains("x") && !folder.names.contains("x.partial"))
  }
}

/// Long tests are asked for by the environment.
enum LongTests {
  static let areWanted = ProcessInfo.processInfo.environment["LOCKSTEP_LONG_TESTS"] != nil
}

/// Small file systems are made by root, and not in every container.
enum Mounts {
  static let areAllowed: Bool = {
    guard geteuid() == 0, let folder = try? ScratchFolder() else { return false }
    let place = folder.url.path
    guard (try? Binary.shell("mount -t tmpfs -o size=16k tmpfs '\(place)'"))?.code == 0 else { return false }
    return (try? Binary.shell("umount '\(place)'"))?.code == 0
  }()
}

/// A library that is loaded before the system's and lets one changing operation on files of a folder fail.
struct FaultShim {
  static let mark = "[injected fault]"

  let library: String

  /// What fails: writes at a place in a file (HDF5, SQLite), or everything else.
  enum Kind: String { case positioned, others }

  static let canBeBuilt = (try? Binary.shell("clang --version"))?.code == 0

  init(in folder: ScratchFolder) throws {
    library = folder.path("fault.so")
    let source = folder.path("fault.c")
    try Self.source.write(toFile: source, atomically: true, encoding: .utf8)
    let built = try Binary.shell("clang -shared -fPIC -O1 -o '\(library)' '\(source)' -ldl")
    #expect(built.code == 0, "\(built.messages)")
  }

  func environment(failing operation: Int, of kind: Kind, under folder: String) -> [String: String] {
    ["LD_PRELOAD": library, "FAULT_AT": "\(operation)", "FAULT_KIND": kind.rawValue, "FAULT_UNDER": folder]
  }

  /// Kills the process instead.
  func environment(killingAt operation: Int, under folder: String) -> [String: String] {
    environment(failing: operation, of: .others, under: folder).merging(["FAULT_KILLS": "1"]) { $1 }
  }

  private static let source = #"""
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <errno.h>
    #include <limits.h>
    #include <signal.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/types.h>
    #include <unistd.h>

    static int count;

    static int fails_path(const char *path, char kind) {
      const char *wanted = getenv("FAULT_KIND");
      if (!wanted || wanted[0] != kind) return 0;
      const char *under = getenv("FAULT_UNDER"), *at = getenv("FAULT_AT");
      if (!under || !at || !path || strncmp(path, under, strlen(under)) != 0) return 0;
      if (__atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST) != atoi(at)) return 0;
      dprintf(2, "[injected fault] %s\n", path);
      if (getenv("FAULT_KILLS")) raise(SIGKILL);
      errno = EIO;
      return 1;
    }

    static int fails(int file, char kind) {
      char link[64], path[PATH_MAX];
      if (file <= 2) return 0;
      snprintf(link, sizeof link, "/proc/self/fd/%d", file);
      ssize_t length = readlink(link, path, sizeof path - 1);
      if (length <= 0) return 0;
      path[length] = 0;
      return fails_path(path, kind);
    }

    #define NEXT(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

    ssize_t write(int f, const void *b, size_t n) { return fails(f, 'o') ? -1 : NEXT(write)(f, b, n); }
    ssize_t pwrite(int f, const void *b, size_t n, off_t o) { return fails(f, 'p') ? -1 : NEXT(pwrite)(f, b, n, o); }
    ssize_t pwrite64(int f, const void *b, size_t n, off64_t o) { return fails(f, 'p') ? -1 : NEXT(pwrite64)(f, b, n, o); }
    int fsync(int f) { return fails(f, 'o') ? -1 : NEXT(fsync)(f); }
    int fdatasync(int f) { return fails(f, 'o') ? -1 : NEXT(fdatasync)(f); }
    int ftruncate(int f, off_t n) { return fails(f, 'o') ? -1 : NEXT(ftruncate)(f, n); }
    int ftruncate64(int f, off64_t n) { return fails(f, 'o') ? -1 : NEXT(ftruncate64)(f, n); }
    int renameat2(int d, const char *a, int e, const char *b, unsigned f) {
      return fails_path(a, 'o') ? -1 : NEXT(renameat2)(d, a, e, b, f);
    }
    int rename(const char *a, const char *b) { return fails_path(a, 'o') ? -1 : NEXT(rename)(a, b); }
    """#
}
