public import Foundation

/// The folder of public market data that tests may use, named by LOCKSTEP_REAL_DATA; nil when it is not there.
public enum RealData {
  public static let folder: URL? = {
    guard let path = ProcessInfo.processInfo.environment["LOCKSTEP_REAL_DATA"], !path.isEmpty else { return nil }
    let url = URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }()

  public static var isPresent: Bool { folder != nil }

  /// A file below the folder; call only in tests enabled by `isPresent`.
  public static func file(_ path: String) -> URL {
    guard let folder else { preconditionFailure("set LOCKSTEP_REAL_DATA to the folder of market data") }
    return folder.appendingPathComponent(path)
  }
}
