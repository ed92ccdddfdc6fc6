#include "CToml.h"

#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace {

// toml++ 3.3 asserts, and without assertions assumes, that what follows `[` can begin a key. Its assertions therefore
// become exceptions in every build; they cost nothing measurable in a parser of small texts.
struct BrokenAssumption {};

}  // namespace

#undef NDEBUG
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 1
#define TOML_ASSERT(expression) ((expression) ? static_cast<void>(0) : throw BrokenAssumption())
#include <toml++/toml.h>

namespace {

constexpr size_t sizeLimit = 16u << 20;
constexpr unsigned depthLimit = 128;
constexpr unsigned dottedLimit = 32;
constexpr unsigned bracketLimit = 64;

struct Refusal {
  std::string message;
  uint32_t line;
  uint32_t column;
};

// toml++ bounds nested values but not dotted keys, and its tables free each other recursively: a megabyte of `a.a.a…`
// would end on the stack. This walk knows strings and comments, no more; up to the first error of a text it sees the same
// tokens as the parser, and after that error nothing is built.
void refuseDeepText(std::string_view text) {
  unsigned dots = 0, brackets = 0;
  uint32_t line = 1;
  size_t lineStart = 0, place = 0;
  auto refuse = [&](const char *message) {
    throw Refusal{message, line, static_cast<uint32_t>(place - lineStart + 1)};
  };
  auto newline = [&] {
    line += 1;
    lineStart = place + 1;
  };
  while (place < text.size()) {
    const char character = text[place];
    if (character == '#') {
      while (place < text.size() && text[place] != '\n') place += 1;
      continue;
    }
    if (character == '"' || character == '\'') {
      const bool isLong = text.substr(place, 3) == std::string(3, character);
      // An empty string, not the begin of a long one, has exactly two quotes.
      place += isLong ? 3 : 1;
      while (place < text.size()) {
        if (character == '"' && text[place] == '\\') {
          place += 1;
          if (place < text.size() && text[place] == '\n') newline();
          place += 1;
          continue;
        }
        if (text[place] == '\n') {
          if (!isLong) break;
          newline();
        } else if (text[place] == character && (!isLong || text.substr(place, 3) == std::string(3, character))) {
          place += isLong ? 3 : 1;
          // Up to two quotes may stand before the closing three.
          while (isLong && place < text.size() && text[place] == character) place += 1;
          break;
        }
        place += 1;
      }
      continue;
    }
    switch (character) {
    case '.':
      if (++dots > dottedLimit) refuse("a key has more than 32 dots");
      break;
    case '[':
    case '{':
      dots = 0;
      if (++brackets > bracketLimit) refuse("values are nested deeper than 64");
      break;
    case ']':
    case '}':
      dots = 0;
      if (brackets > 0) brackets -= 1;
      break;
    case '\n':
      newline();
      [[fallthrough]];
    case ',':
    case '=':
      dots = 0;
      break;
    default:
      break;
    }
    place += 1;
  }
}

class TreeWriter {
public:
  std::string bytes;

  void write(const toml::node &node, unsigned depth) {
    const uint32_t line = node.source().begin.line;
    if (depth > depthLimit) throw Refusal{"values are nested deeper than 128", line, 1};
    switch (node.type()) {
    case toml::node_type::table: {
      const toml::table &table = *node.as_table();
      begin('t', line);
      number(static_cast<uint32_t>(table.size()), 4);
      for (auto &&[key, value] : table) {
        text(key.str());
        number(key.source().begin.line, 4);
        write(value, depth + 1);
      }
      break;
    }
    case toml::node_type::array: {
      const toml::array &array = *node.as_array();
      begin('a', line);
      number(static_cast<uint32_t>(array.size()), 4);
      for (const toml::node &element : array) write(element, depth + 1);
      break;
    }
    case toml::node_type::string:
      begin('s', line);
      text(node.as_string()->get());
      break;
    case toml::node_type::integer:
      begin('i', line);
      number(static_cast<uint64_t>(node.as_integer()->get()), 8);
      break;
    case toml::node_type::floating_point: {
      const double value = node.as_floating_point()->get();
      uint64_t bits;
      std::memcpy(&bits, &value, sizeof bits);
      begin('f', line);
      number(bits, 8);
      break;
    }
    case toml::node_type::boolean:
      begin('b', line);
      number(node.as_boolean()->get() ? 1 : 0, 1);
      break;
    case toml::node_type::date_time:
      begin('d', line);
      moment(node.as_date_time()->get());
      break;
    default:
      begin('d', line);
      number(0, 9);
      break;
    }
  }

private:
  void begin(char letter, uint32_t line) {
    bytes.push_back(letter);
    number(line, 4);
  }

  void number(uint64_t value, unsigned count) {
    for (unsigned index = 0; index < count; ++index) {
      bytes.push_back(static_cast<char>(index < 8 ? value >> (8 * index) & 0xFF : 0));
    }
  }

  void text(std::string_view value) {
    number(static_cast<uint32_t>(value.size()), 4);
    bytes.append(value);
  }

  // Days since 1970 in the proleptic Gregorian calendar, with years that begin in March.
  void moment(const toml::date_time &value) {
    const bool isComplete = value.offset.has_value() && value.date.year >= 1700 && value.date.year <= 2200;
    int64_t nanoseconds = 0;
    if (isComplete) {
      const int64_t year = value.date.year - (value.date.month <= 2 ? 1 : 0);
      const int64_t month = (value.date.month + 9) % 12;
      const int64_t days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + value.date.day - 1
          - 719468;
      const int64_t minutes = (days * 24 + value.time.hour) * 60 + value.time.minute - value.offset->minutes;
      nanoseconds = (minutes * 60 + value.time.second) * 1000000000 + value.time.nanosecond;
    }
    number(isComplete ? 1 : 0, 1);
    number(static_cast<uint64_t>(nanoseconds), 8);
  }
};

toml_outcome outcome(std::string_view bytes, uint32_t line, uint32_t column) {
  auto *copy = static_cast<uint8_t *>(std::malloc(bytes.size() + 1));
  if (copy == nullptr) return {nullptr, 0, line == 0 ? 1 : line, column};
  std::memcpy(copy, bytes.data(), bytes.size());
  return {copy, bytes.size(), line, column};
}

bool breaksAssumption(std::string_view text) {
  try {
    const toml::table table = toml::parse(text);
    return false;
  } catch (const BrokenAssumption &) {
    return true;
  } catch (const toml::parse_error &) {
    return false;
  }
}

// An exception out of an assertion knows no place: the line is that of the shortest prefix of lines that raises it.
uint32_t lineOfBrokenAssumption(std::string_view text) {
  std::vector<size_t> ends;
  for (size_t place = 0; place < text.size(); ++place) {
    if (text[place] == '\n') ends.push_back(place + 1);
  }
  size_t low = 0, high = ends.size();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (breaksAssumption(text.substr(0, ends[middle]))) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return static_cast<uint32_t>(low + 1);
}

uint32_t atLeastOne(uint32_t value) { return value == 0 ? 1 : value; }

}  // namespace

extern "C" toml_outcome toml_parse_text(const uint8_t *text, size_t count) {
  const std::string_view view = text == nullptr
      ? std::string_view() : std::string_view(reinterpret_cast<const char *>(text), count);
  try {
    if (count > sizeLimit) return outcome("the text is larger than 16 MiB", 1, 1);
    refuseDeepText(view);
    const toml::table table = toml::parse(view);
    TreeWriter writer;
    writer.write(table, 0);
    return outcome(writer.bytes, 0, 0);
  } catch (const Refusal &refusal) {
    return outcome(refusal.message, atLeastOne(refusal.line), refusal.column);
  } catch (const toml::parse_error &error) {
    return outcome(error.description(), atLeastOne(error.source().begin.line), error.source().begin.column);
  } catch (const BrokenAssumption &) {
    try {
      return outcome("something other than a key stands where a key must be", lineOfBrokenAssumption(view), 1);
    } catch (...) {
      return outcome("something other than a key stands where a key must be", 1, 1);
    }
  } catch (const std::bad_alloc &) {
    return outcome("the text needs more memory than there is", 1, 1);
  } catch (...) {
    return outcome("the text cannot be parsed", 1, 1);
  }
}

extern "C" void toml_release(toml_outcome outcome) { std::free(outcome.bytes); }
