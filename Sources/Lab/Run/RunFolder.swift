import Glibc

/// Where a run is built: beside its final folder, renamed into place when everything is on disk, so that a run killed at
/// any point leaves nothing that looks finished.
///
/// The lock is the system's own (flock) on a file beside the folder, so it ends with its process, however that ends. It is
/// held until the folder has its name and what it replaced is gone: nobody else looks into either before.
final class RunFolder {
  /// The finished folder, and the one where it is built.
  let path: String
  let workPath: String
  private let lock: Int32
  private var isHeld = true

  /// What resuming needs of an interrupted run; everything else is made again.
  static let resumable: Set<String> = ["scenario.toml", DataLocation.fileName, Checkpoint.fileName, RunLog.fileName]
  /// Marks a finished folder that is about to give way to another one, so that it is never taken for an interrupted run.
  private static let mark = ".replaced"

  /// Takes the folder, or says who holds it. `replaces` allows a finished or an interrupted run to stand there, but nothing
  /// else; `keeps` names what stays of an interrupted one.
  init(path: String, replaces: Bool, keeps: Set<String> = []) throws(RunError) {
    self.path = path
    workPath = path + ".partial"
    try Self.makeFolders(above: path)
    lock = try Self.takeLock(of: path, workPath)
    try Self.tidy(path, workPath)
    do throws(RunError) { try Self.requireRoom(path, workPath, replaces: replaces) } catch {
      release()
      throw error
    }
    if mkdir(workPath, 0o755) != 0, errno != EEXIST { throw Self.failure(workPath, "cannot be made") }
    Self.empty(workPath, except: keeps)
  }

  deinit { release() }

  /// Refuses to replace what is no run, such as the folder of all runs with their ledger, and runs that nobody said to replace.
  private static func requireRoom(_ path: String, _ workPath: String, replaces: Bool) throws(RunError) {
    if access(path, F_OK) == 0 {
      guard replaces else {
        throw RunError(
          .occupied, "\(path) exists already", advice: "--force replaces it, -o names another folder")
      }
      guard isRun(path) else {
        throw RunError(
          .occupied, "\(path) is not the folder of one run, so it is not replaced",
          advice: "name another folder with -o")
      }
    }
    guard access(workPath, F_OK) == 0 else { return }
    guard isWork(workPath) else {
      throw RunError(
        .occupied, "\(workPath) is in the way: it is not what an interrupted run leaves",
        advice: "move it, or name another folder with -o")
    }
    if !replaces, isInterrupted(path), access("\(workPath)/\(Checkpoint.fileName)", F_OK) == 0 {
      throw RunError(
        .occupied, "an interrupted run is kept for \(path)",
        advice: "'lockstep resume \(path)' goes on with it; --force begins anew")
    }
  }

  /// What a run writes into its folder.
  private static let own: Set<String> = resumable.union(["summary.json", "result.h5", "report.html"])

  /// A folder with a result or a summary, or with a report beside its scenario, and no further folders; or with nothing in it.
  private static func isRun(_ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return false }
    let names = names(in: path)
    let isPublished = names.contains("report.html") && names.contains("scenario.toml")
    guard names.isEmpty || isPublished || names.contains("summary.json") || names.contains("result.h5") else {
      return false
    }
    return !names.contains { stat("\(path)/\($0)", &status) == 0 && status.st_mode & S_IFMT == S_IFDIR }
  }

  /// What a run that was killed or interrupted leaves: its scenario, or so far only files of its own and unfinished ones.
  private static func isWork(_ path: String) -> Bool {
    let names = names(in: path)
    return names.contains("scenario.toml") || names.allSatisfy { $0.hasPrefix(".") || own.contains($0) }
  }

  private func release() {
    guard isHeld else { return }
    isHeld = false
    unlink(workPath + ".lock")
    close(lock)
  }

  /// Whether the folder of an interrupted run is one: it may be a finished one that was replaced a moment before the end.
  static func isInterrupted(_ path: String) -> Bool {
    access("\(path).partial/scenario.toml", F_OK) == 0 && access("\(path).partial/\(mark)", F_OK) != 0
  }

  /// Writes a file of the run and makes it durable.
  func write(_ bytes: [UInt8], as name: String) throws(RunError) {
    let temporary = "\(workPath)/.\(name).new"
    let descriptor = open(temporary, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failure("\(workPath)/\(name)", "cannot be written") }
    var rest = bytes[...]
    var isWritten = true
    while isWritten, !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      isWritten = count > 0
      if isWritten { rest = rest.dropFirst(count) }
    }
    var reason = isWritten && fsync(descriptor) == 0 ? 0 : errno
    if close(descriptor) != 0, reason == 0 { reason = errno }
    if reason == 0, rename(temporary, "\(workPath)/\(name)") != 0 { reason = errno }
    guard reason == 0 else {
      throw Self.failure("\(workPath)/\(name)", "cannot be written", reason)
    }
  }

  /// Makes the names of files written so far durable.
  func sync() throws(RunError) { try Self.sync(workPath) }

  /// Gives the folder its final name; an earlier run that stood there is removed.
  func finish() throws(RunError) {
    // Beside the folder until it has its name: a run that is killed here still knows that the ledger has it.
    let checkpoint = Self.checkpoint(beside: workPath)
    if rename("\(workPath)/\(Checkpoint.fileName)", checkpoint) != 0, errno != ENOENT {
      throw Self.failure(workPath, "cannot be finished")
    }
    try Self.sync(workPath)
    try takeName()
    unlink(checkpoint)
    release()
  }

  private func takeName() throws(RunError) {
    guard access(path, F_OK) == 0 else {
      guard rename(workPath, path) == 0 else { throw Self.failure(path, "cannot take its name") }
      do throws(RunError) { try Self.sync(ScenarioLayers.folder(of: path)) } catch {
        // A name that may not last is no finished run.
        rename(path, workPath)
        throw error
      }
      return
    }
    try replace()
  }

  /// Exchanges the folder with the finished one in its place in one step: at every moment one of the two has the name.
  private func replace() throws(RunError) {
    let mark = open("\(path)/\(Self.mark)", O_CREAT | O_WRONLY | O_CLOEXEC, 0o644)
    guard mark >= 0 else { throw Self.failure(path, "cannot be replaced") }
    close(mark)
    try Self.sync(path)
    let former: String
    switch Self.exchange(workPath, path) {
    case 0: former = workPath
    case EINVAL, ENOSYS, ENOTSUP:
      // A file system without exchange: for a moment neither has the name, and `tidy` gives it back after a crash.
      former = path + ".former"
      guard rename(path, former) == 0 else { throw Self.failure(path, "cannot be replaced") }
      guard rename(workPath, path) == 0 else {
        let failure = Self.failure(path, "cannot take its name")
        rename(former, path)
        throw failure
      }
    case let reason: throw Self.failure(path, "cannot be replaced", reason)
    }
    do throws(RunError) { try Self.sync(ScenarioLayers.folder(of: path)) } catch {
      if former == workPath {
        _ = Self.exchange(workPath, path)
      } else {
        rename(path, workPath)
        rename(former, path)
      }
      unlink("\(path)/\(Self.mark)")
      throw error
    }
    Self.remove(former)
  }

  /// Removes what was built.
  func discard() {
    Self.remove(workPath)
    unlink(Self.checkpoint(beside: workPath))
    release()
  }

  private static func checkpoint(beside workPath: String) -> String { workPath + ".checkpoint" }

  // MARK: - What a crash leaves

  /// Ends what a process did not that was killed while it gave the folder its name.
  private static func tidy(_ path: String, _ workPath: String) throws(RunError) {
    if access("\(workPath)/\(mark)", F_OK) == 0 { remove(workPath) }
    if rename(checkpoint(beside: workPath), "\(workPath)/\(Checkpoint.fileName)") != 0 {
      guard errno == ENOENT else { throw failure(workPath, "cannot be given back its checkpoint") }
      unlink(checkpoint(beside: workPath))
    }
    let start = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path.utf8.index(after: $0) } ?? path.startIndex
    let name = path[start...]
    for other in names(in: ScenarioLayers.folder(of: path)) where other.hasSuffix(".former") {
      // Earlier versions put the number of their process before it.
      let stem = other.dropLast(".former".count)
      let isOurs =
        stem == name || (stem.hasPrefix(name + ".") && stem.dropFirst(name.count + 1).allSatisfy(\.isNumber))
      guard isOurs else { continue }
      let former = "\(path[..<start])\(other)"
      if access(path, F_OK) != 0, access("\(former)/summary.json", F_OK) == 0 {
        guard rename(former, path) == 0 else { throw failure(path, "cannot be given back its name") }
      } else {
        remove(former)
      }
    }
    unlink("\(path)/\(mark)")
  }

  // MARK: - System calls

  private static func failure(_ path: String, _ what: String, _ reason: Int32 = errno) -> RunError {
    let advice =
      switch reason {
      case ENOSPC, EDQUOT: "free some space, or name another folder with -o"
      case EACCES, EPERM, EROFS: "name a folder of your own with -o"
      default: ""
      }
    return RunError(.system, "\(path) \(what): \(String(cString: strerror(reason)))", advice: advice)
  }

  private static func makeFolders(above path: String) throws(RunError) {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/").dropLast() {
      let parent = made
      made += made.isEmpty || made.hasSuffix("/") ? part : "/" + part
      if mkdir(made, 0o755) == 0 {
        try sync(parent)
      } else if errno != EEXIST {
        throw failure(made, "cannot be made")
      }
    }
  }

  private static func takeLock(of path: String, _ workPath: String) throws(RunError) -> Int32 {
    let name = workPath + ".lock"
    let descriptor = open(name, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(workPath, "cannot be made") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      close(descriptor)
      guard reason == EWOULDBLOCK else { throw failure(workPath, "cannot be locked", reason) }
      throw RunError(
        .occupied, "another run is being written to \(path)", advice: "wait for it, or name another folder with -o")
    }
    // Whoever ends takes the file away; a lock on one without a name locks nobody out.
    var (held, named) = (stat(), stat())
    guard fstat(descriptor, &held) == 0, stat(name, &named) == 0, held.st_ino == named.st_ino else {
      close(descriptor)
      throw RunError(.occupied, "another run has just finished at \(path)", advice: "try again")
    }
    return descriptor
  }

  /// Swaps two names, or says why not. The C library has the call, its header shows it to C alone.
  private static func exchange(_ first: String, _ second: String) -> Int32 {
    typealias Rename = @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
    guard let symbol = dlsym(nil, "renameat2") else { return ENOSYS }
    let exchanges: UInt32 = 1 << 1
    return unsafeBitCast(symbol, to: Rename.self)(AT_FDCWD, first, AT_FDCWD, second, exchanges) == 0 ? 0 : errno
  }

  private static func sync(_ folder: String) throws(RunError) {
    let name = folder.isEmpty ? "." : folder
    let descriptor = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(name, "cannot be opened") }
    let reason = fsync(descriptor) == 0 ? 0 : errno
    close(descriptor)
    // Some file systems sync no folders and say so.
    guard reason == 0 || reason == EINVAL else { throw failure(name, "cannot be synced", reason) }
  }

  private static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder.isEmpty ? "." : folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Removes the files of a folder, and of the folders in it.
  private static func empty(_ folder: String, except kept: Set<String> = []) {
    for name in names(in: folder) where !kept.contains(name) {
      let path = "\(folder)/\(name)"
      if unlink(path) != 0, errno == EISDIR { remove(path) }
    }
  }

  /// The mark of a folder that was replaced goes last, so that a rest of one is never taken for an interrupted run.
  private static func remove(_ folder: String) {
    empty(folder, except: [mark])
    unlink("\(folder)/\(mark)")
    rmdir(folder)
  }
}
