#include "merge/text_code.hpp"

#include <map>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "merge/text_document.hpp"
#include "merge/version_code.hpp"
#include "schema/unicode_text.hpp"

// A patch lies in a group for ever, a state in a row: a change of layout is a new format of group or row
// metadata, and the old one decodes for ever.
namespace doorstep {
namespace {

constexpr std::size_t kLeastVersionStateBytes = 3;

/// The versions a patch names are few: each is spelled out once, then numbered from 1.
class PatchNames {
 public:
  void write(ByteWriter& out, const VersionName& name) {
    const auto [at, is_new] = numbers_.emplace(name, numbers_.size() + 1);
    out.varint(is_new ? 0 : at->second);
    if (is_new) write_name(out, name);
  }

  VersionName read(ByteReader& in) {
    const std::uint64_t number = in.varint();
    if (number > names_.size()) malformed("version refers to nothing");
    if (number != 0) return names_[static_cast<std::size_t>(number) - 1];
    names_.push_back(read_name(in));
    if (!numbers_.emplace(names_.back(), names_.size()).second) malformed("version spelled out twice");
    return names_.back();
  }

 private:
  std::map<VersionName, std::uint64_t> numbers_;
  std::vector<VersionName> names_;
};

TextPatch::Insert read_insert(ByteReader& in, PatchNames& names) {
  TextPatch::Insert insert;
  if (const std::uint32_t offset = in.varint32()) insert.after = TextPoint{names.read(in), offset};
  insert.text = std::string(in.text());
  if (insert.text.empty()) malformed("insert of nothing");
  if (!is_valid_utf8(insert.text)) malformed("text is not UTF-8");
  return insert;
}

TextRange read_range(ByteReader& in, std::uint32_t least_begin) {
  const std::uint64_t begin = std::uint64_t{least_begin} + in.varint();
  const std::uint64_t size = in.varint();
  if (size == 0 || begin > limits::kTextKeptBytes || size > limits::kTextKeptBytes)
    malformed("range out of bounds");
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + size)};
}

void write_range(ByteWriter& out, const TextRange& range, std::uint32_t least_begin) {
  out.varint(range.begin - least_begin);
  out.varint(range.end - range.begin);
}

TextPatch read_patch(ByteReader& in) {
  TextPatch patch;
  PatchNames names;
  const std::size_t inserts = in.count(limits::kTextPatchPieces, 3);
  if (inserts != 0) patch.tallest = names.read(in);
  for (std::size_t i = 0; i < inserts; ++i) patch.inserts.push_back(read_insert(in, names));
  while (!in.done()) {
    if (inserts + patch.deletes.size() >= limits::kTextPatchPieces) malformed("too many pieces");
    const VersionName version = names.read(in);
    patch.deletes.push_back({version, read_range(in, 0)});
  }
  return patch;
}

enum VersionFlag : std::uint8_t {
  kSameActor = 0x01,  ///< As the version before.
  kHasOp = 0x02,      ///< Other than 0.
  kHasAliases = 0x04,
  kIsPatch = 0x08,  ///< Not a first write.
  kManyRuns = 0x10,
  kHasDeleted = 0x20,
  kAllFlags = 0x3F
};

class StateWriter {
 public:
  StateWriter(std::string& bytes, const TextState& state) : out_(bytes), state_(state) {}

  void write() {
    out_.varint(state_.versions.size());
    const TextVersion* before = nullptr;
    for (const TextVersion& version : state_.versions) {
      write_version_state(version, before);
      before = &version;
    }
    for (const TextVersion& version : state_.versions)
      for (const TextRange& range : version.deleted)
        out_.raw(std::string_view(version.text).substr(range.begin, range.end - range.begin));
  }

 private:
  void write_version_state(const TextVersion& version, const TextVersion* before) {
    const bool same_actor = before != nullptr && before->name.actor == version.name.actor;
    std::uint8_t flags = 0;
    if (same_actor) flags |= kSameActor;
    if (version.name.op != 0) flags |= kHasOp;
    if (!version.aliases.empty()) flags |= kHasAliases;
    if (!is_first_write(version)) flags |= kIsPatch;
    if (version.runs.size() != 1) flags |= kManyRuns;
    if (!version.deleted.empty()) flags |= kHasDeleted;
    out_.byte(flags);
    if (!same_actor) write_actor(out_, version.name.actor);
    out_.varint(raw(version.name.group) - (same_actor ? raw(before->name.group) : 0));
    if ((flags & kHasOp) != 0) out_.varint(version.name.op);
    if ((flags & kHasAliases) != 0) write_aliases(version.aliases);
    if ((flags & kIsPatch) != 0) {
      write_runs(version);
    } else {
      out_.varint(version.text.size() - 1);
    }
    if ((flags & kHasDeleted) != 0) write_deleted(version.deleted);
  }

  void write_aliases(const std::vector<VersionName>& aliases) {
    out_.varint(aliases.size());
    for (const VersionName& alias : aliases) write_name(out_, alias);
  }

  void write_runs(const TextVersion& version) {
    out_.varint(version.height);
    if (version.runs.size() != 1) out_.varint(version.runs.size());
    for (std::size_t i = 0; i < version.runs.size(); ++i) {
      const TextRun& run = version.runs[i];
      out_.varint(run.after ? run.after->offset : 0);
      if (run.after)
        out_.varint(static_cast<std::uint64_t>(find(state_, run.after->version) - state_.versions.data()));
      out_.varint(end_of_run(version, i) - run.begin);
    }
  }

  void write_deleted(const std::vector<TextRange>& deleted) {
    out_.varint(deleted.size());
    std::uint32_t end = 0;
    for (const TextRange& range : deleted) {
      write_range(out_, range, end);
      end = range.end;
    }
  }

  ByteWriter out_;
  const TextState& state_;
};

/// Reads the versions without their text, then fills the text in: what is deleted from the bytes left, what
/// shows from the text shown.
class StateReader {
 public:
  StateReader(std::string_view bytes, std::string_view shown) : in_(bytes), shown_(shown) {}

  TextState read() {
    const std::size_t count = in_.count(limits::kTextVersions, kLeastVersionStateBytes);
    for (std::size_t i = 0; i < count; ++i) {
      TextVersion version = read_version_state();
      if (i > 0 && !(state_.versions.back().name < version.name)) malformed("versions out of order");
      state_.versions.push_back(std::move(version));
    }
    name_parents();
    check_total();
    for (std::size_t i = 0; i < count; ++i) make_room(i);
    fill_deleted();
    fill_shown();
    return std::move(state_);
  }

 private:
  TextVersion read_version_state() {
    TextVersion version;
    const std::uint8_t flags = in_.byte();
    if ((flags & ~kAllFlags) != 0) malformed("unknown text flag");
    const bool same_actor = (flags & kSameActor) != 0;
    if (same_actor && state_.versions.empty()) malformed("no version before");
    version.name.actor = same_actor ? state_.versions.back().name.actor : read_actor(in_);
    if (!same_actor && !state_.versions.empty() && state_.versions.back().name.actor == version.name.actor)
      malformed("actor spelled out twice");
    const std::uint64_t before = same_actor ? raw(state_.versions.back().name.group) : 0;
    version.name.group = GroupNumber{before + in_.varint()};
    if ((flags & kHasOp) != 0) {
      version.name.op = in_.varint32();
      if (version.name.op == 0) malformed("padded version");
    }
    if ((flags & kHasAliases) != 0) read_aliases(version);
    sizes_.push_back(0);
    if ((flags & kIsPatch) != 0) {
      read_runs(version, flags);
    } else {
      version.runs.push_back({});
      parents_.push_back(0);
      if ((flags & kManyRuns) != 0) malformed("first write in pieces");
      grow(in_.varint());
      grow(1);
    }
    if ((flags & kHasDeleted) != 0) read_deleted(version);
    return version;
  }

  void read_aliases(TextVersion& version) {
    const std::size_t count = in_.count(limits::kTextVersions, kLeastNameBytes);
    if (count == 0) malformed("empty list");
    for (std::size_t i = 0; i < count; ++i) {
      const VersionName alias = read_name(in_);
      if (!((i == 0 ? version.name : version.aliases.back()) < alias)) malformed("names out of order");
      version.aliases.push_back(alias);
    }
  }

  void read_runs(TextVersion& version, std::uint8_t flags) {
    version.height = in_.varint32();
    if (version.height < 2 || version.height > limits::kTextVersions) malformed("height out of range");
    const std::size_t count = (flags & kManyRuns) != 0 ? in_.count(limits::kTextPieces, 2) : 1;
    if (count == 0 || ((flags & kManyRuns) != 0 && count == 1)) malformed("padded list of runs");
    for (std::size_t i = 0; i < count; ++i) {
      TextRun run{sizes_.back(), std::nullopt};
      const std::uint32_t offset = in_.varint32();
      if (offset != 0) run.after = TextPoint{{}, offset};
      parents_.push_back(offset != 0 ? in_.varint32() : 0);
      const std::uint64_t size = in_.varint();
      if (size == 0) malformed("run without text");
      grow(size);
      version.runs.push_back(run);
    }
  }

  void read_deleted(TextVersion& version) {
    const std::size_t count = in_.count(limits::kTextPieces, 2);
    if (count == 0) malformed("empty list");
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t end = i == 0 ? 0 : version.deleted.back().end;
      const TextRange range = read_range(in_, end);
      if (range.end > sizes_.back() || (i > 0 && range.begin == end)) malformed("range out of bounds");
      version.deleted.push_back(range);
    }
  }

  void grow(std::uint64_t size) {
    if (size > limits::kTextKeptBytes - sizes_.back()) malformed("text too long");
    sizes_.back() += static_cast<std::uint32_t>(size);
  }

  void name_parents() {
    std::size_t at = 0;
    for (TextVersion& version : state_.versions) {
      for (TextRun& run : version.runs) {
        const std::uint32_t parent = parents_[at++];
        if (!run.after) continue;
        if (parent >= sizes_.size() || run.after->offset > sizes_[parent]) malformed("place is not there");
        run.after->version = state_.versions[parent].name;
      }
    }
  }

  /// Before memory is taken: every byte but the line breaks has come.
  void check_total() const {
    std::uint64_t total = 0;
    for (const std::uint32_t size : sizes_) total += size;
    if (total > std::uint64_t{in_.left()} + shown_.size() + sizes_.size()) malformed("cut off");
  }

  void make_room(std::size_t index) {
    TextVersion& version = state_.versions[index];
    version.text.assign(sizes_[index], '\0');
    if (is_first_write(version)) version.text.back() = '\n';
  }

  void fill_deleted() {
    for (TextVersion& version : state_.versions)
      for (const TextRange& range : version.deleted) fill(version, range, in_.view(range.end - range.begin));
    in_.finish();
  }

  void fill_shown() {
    ByteReader shown(shown_);
    std::uint64_t met = 0;
    std::uint64_t total = 0;
    for (const std::uint32_t size : sizes_) total += size;
    for (const TextSpan& span : document(state_)) {
      const std::uint32_t size = span.range.end - span.range.begin;
      if (span.shown) fill(state_.versions[span.version], span.range, shown.view(size));
      met += size;
    }
    shown.finish();
    if (met != total) malformed("text stands in itself");
    for (const TextVersion& version : state_.versions)
      if (is_first_write(version) && version.text.back() != '\n') malformed("first write without line break");
  }

  static void fill(TextVersion& version, const TextRange& range, std::string_view bytes) {
    version.text.replace(range.begin, bytes.size(), bytes);
  }

  ByteReader in_;
  std::string_view shown_;
  TextState state_;
  std::vector<std::uint32_t> sizes_;    ///< Of each version's text.
  std::vector<std::uint32_t> parents_;  ///< Of each run, in order: the index of the version it stands in.
};

}  // namespace

std::string encode_patch(const TextPatch& patch) {
  std::string bytes;
  ByteWriter out(bytes);
  PatchNames names;
  out.varint(patch.inserts.size());
  if (!patch.inserts.empty()) names.write(out, patch.tallest);
  for (const TextPatch::Insert& insert : patch.inserts) {
    out.varint(insert.after ? insert.after->offset : 0);
    if (insert.after) names.write(out, insert.after->version);
    out.text(insert.text);
  }
  for (const TextPatch::Delete& removal : patch.deletes) {
    names.write(out, removal.version);
    write_range(out, removal.range, 0);
  }
  return bytes;
}

Result<TextPatch> decode_patch(std::string_view bytes) {
  if (bytes.size() > limits::kTextPatchBytes) return fail_format("text patch too long");
  return decoding([&] {
    ByteReader in(bytes);
    return read_patch(in);
  });
}

std::string encode_text(const TextState& state) {
  std::string bytes;
  StateWriter(bytes, state).write();
  return bytes;
}

Result<TextState> decode_text(std::string_view bytes, std::string_view shown) {
  return decoding([&] { return StateReader(bytes, shown).read(); });
}

}  // namespace doorstep
