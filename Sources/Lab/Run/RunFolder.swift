import Glibc

/// Where a run is built: beside its final folder, renamed into place when everything is on disk, so that a run killed at
/// any point leaves nothing that looks finished.
///
/// The lock is the system's own (flock), so it ends with its process, however that ends.
final class RunFolder {
  /// The finished folder, and the one where it is built.
  let path: String
  let workPath: String
  private let lock: Int32

  /// Takes the folder, or says who holds it. `replaces` allows a finished run to stand there.
  init(path: String, replaces: Bool, keepsWork: Bool = false) throws(RunError) {
    self.path = path
    workPath = path + ".partial"
    try Self.makeFolders(above: path)
    if mkdir(workPath, 0o755) != 0, errno != EEXIST { throw Self.failure(workPath, "cannot be made") }
    let descriptor = open(workPath + "/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failure(workPath, "cannot be written") }
    lock = descriptor
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      close(descriptor)
      guard reason == EWOULDBLOCK else { throw RunError(.system, "\(workPath) cannot be locked") }
      throw RunError(
        .occupied, "another run is being written to \(path)", advice: "wait for it, or name another folder with -o")
    }
    var (held, named) = (stat(), stat())
    guard fstat(descriptor, &held) == 0, stat(workPath + "/lock", &named) == 0, held.st_ino == named.st_ino else {
      close(descriptor)
      throw RunError(.occupied, "another run has just finished at \(path)", advice: "try again")
    }
    if !replaces, access(path, F_OK) == 0 {
      discard()
      throw RunError(.occupied, "\(path) exists already", advice: "--force replaces it, -o names another folder")
    }
    if !keepsWork { Self.empty(workPath, except: "lock") }
  }

  deinit { close(lock) }

  /// Writes a file of the run and makes it durable.
  func write(_ bytes: [UInt8], as name: String) throws(RunError) {
    let temporary = "\(workPath)/.\(name).new"
    let descriptor = open(temporary, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failure("\(workPath)/\(name)", "cannot be written") }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let failure = Self.failure("\(workPath)/\(name)", "cannot be written")
        close(descriptor)
        throw failure
      }
      rest = rest.dropFirst(count)
    }
    guard fsync(descriptor) == 0, close(descriptor) == 0, rename(temporary, "\(workPath)/\(name)") == 0 else {
      throw Self.failure("\(workPath)/\(name)", "cannot be written")
    }
  }

  /// Gives the folder its final name; an earlier run that stood there is removed.
  func finish() throws(RunError) {
    unlink(workPath + "/lock")
    unlink(workPath + "/checkpoint.json")
    Self.sync(workPath)
    let former = "\(path).\(getpid()).former"
    let replaces = access(path, F_OK) == 0
    if replaces, rename(path, former) != 0 { throw Self.failure(path, "cannot be replaced") }
    guard rename(workPath, path) == 0 else { throw Self.failure(path, "cannot take its name") }
    Self.sync(ScenarioLayers.folder(of: path))
    if replaces {
      Self.empty(former, except: "")
      rmdir(former)
    }
  }

  /// Removes what was built.
  func discard() {
    Self.empty(workPath, except: "")
    rmdir(workPath)
  }

  // MARK: - System calls

  private static func failure(_ path: String, _ what: String) -> RunError {
    let reason = errno
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
      made += made.isEmpty || made.hasSuffix("/") ? part : "/" + part
      if mkdir(made, 0o755) != 0, errno != EEXIST { throw failure(made, "cannot be made") }
    }
  }

  private static func sync(_ folder: String) {
    let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Removes the files of a folder, and of the folders in it.
  private static func empty(_ folder: String, except kept: String) {
    guard let stream = opendir(folder) else { return }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != "..", name != kept { names.append(name) }
    }
    closedir(stream)
    for name in names {
      let path = "\(folder)/\(name)"
      if unlink(path) != 0, errno == EISDIR {
        empty(path, except: "")
        rmdir(path)
      }
    }
  }
}
