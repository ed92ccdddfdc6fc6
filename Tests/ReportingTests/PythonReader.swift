import Foundation

/// A Python with h5py: what LOCKSTEP_PYTHON names, `python3`, or the system's own, which Debian's packages are for.
enum PythonReader {
  static let executable: String = {
    if let named = ProcessInfo.processInfo.environment["LOCKSTEP_PYTHON"] { return named }
    let systems = "/usr/bin/python3"
    guard (try? start(["python3", "-c", "import h5py"]))?.status != 0,
      (try? start([systems, "-c", "import h5py"]))?.status == 0
    else { return "python3" }
    return systems
  }()

  static let isPresent = (try? run("import h5py"))?.status == 0
  static let hasXarray = (try? run("import h5py, xarray, h5netcdf, pandas"))?.status == 0
  static let hasDump = (try? start(["h5dump", "--version"]))?.status == 0

  /// Runs a script and returns its exit status with what it printed.
  static func run(_ script: String, _ arguments: [String] = []) throws -> (status: Int32, output: String) {
    try start([executable, "-c", script] + arguments)
  }

  /// Runs a program found along the path.
  static func start(_ words: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
