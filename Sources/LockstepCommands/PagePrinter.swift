import CommandLineInterface
import Glibc

/// Prints a page to PDF with a Chromium of the machine, when there is one.
enum PagePrinter {
  private static let programs = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]

  static func print(_ page: String, to file: String) throws(Failure) {
    guard let absolute = realpath(page, nil) else { throw Failure(.failure, "\(page) cannot be found") }
    defer { free(absolute) }
    // Chromium's own sandbox does not run as root.
    let extra = geteuid() == 0 ? ["--no-sandbox"] : []
    let options =
      ["--headless", "--disable-gpu", "--no-pdf-header-footer"] + extra
      + ["--print-to-pdf=\(file)", "file://\(String(cString: absolute))"]
    for program in programs {
      guard let status = run(program, options) else { continue }
      guard status == 0, access(file, F_OK) == 0 else {
        throw Failure(
          .failure, "\(program) could not print \(page)", advice: "The HTML file is complete; print it from a browser.")
      }
      return
    }
    throw Failure(
      .failure, "no Chromium was found to print with",
      advice: "Install Debian's package chromium, or print from a browser.")
  }

  /// The exit status, or nil when there is no such program.
  private static func run(_ program: String, _ arguments: [String]) -> Int32? {
    var process: pid_t = 0
    var texts: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for text in texts { free(text) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
    }
    guard posix_spawnp(&process, program, &actions, nil, &texts, environ) == 0 else { return nil }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 { guard errno == EINTR else { return nil } }
    // 127 is how some systems say that the program does not exist.
    let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : -1
    return code == 127 ? nil : code
  }
}
