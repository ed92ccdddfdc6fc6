import Glibc

/// The versions of the system libraries that this process really loaded, asked of the libraries themselves.
///
/// By symbol name rather than by header: what counts is the file the loader found, not the one of the build machine.
enum SystemLibraries {
  struct Library {
    var name: String
    var purpose: String
    /// Nil when the loaded library does not say.
    var version: String?
    var isLoaded: Bool
  }

  static func loaded() -> [Library] {
    [
      text("HDF5", "results", symbol: "H5get_libversion", version: hdf5()),
      text("zstd", "tick files", symbol: "ZSTD_versionString", version: string("ZSTD_versionString")),
      text("OpenBLAS", "dense algebra", symbol: "openblas_get_config", version: string("openblas_get_config")),
      text("libsodium", "hashes", symbol: "sodium_version_string", version: string("sodium_version_string")),
      text("SQLite", "the catalogue of runs", symbol: "sqlite3_libversion", version: string("sqlite3_libversion")),
      text(
        "libarchive", "compressed inputs", symbol: "archive_version_string", version: string("archive_version_string")),
      text("libdeflate", "chunks of results", symbol: "libdeflate_alloc_compressor", version: nil),
    ]
  }

  private static func text(_ name: String, _ purpose: String, symbol: String, version: String?) -> Library {
    Library(name: name, purpose: purpose, version: version, isLoaded: address(symbol) != nil)
  }

  private static func address(_ symbol: String) -> UnsafeMutableRawPointer? { dlsym(nil, symbol) }

  /// What a function without arguments that returns a C string says.
  private static func string(_ symbol: String) -> String? {
    typealias Function = @convention(c) () -> UnsafePointer<CChar>?
    guard let address = address(symbol), let text = unsafeBitCast(address, to: Function.self)() else { return nil }
    // OpenBLAS answers with its whole configuration.
    return String(cString: text).split(separator: " ").prefix(2).joined(separator: " ")
  }

  private static func hdf5() -> String? {
    typealias Function =
      @convention(c) (
        UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<UInt32>
      ) -> Int32
    guard let address = address("H5get_libversion") else { return nil }
    var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
    guard unsafeBitCast(address, to: Function.self)(&major, &minor, &release) >= 0 else { return nil }
    return "\(major).\(minor).\(release)"
  }
}
