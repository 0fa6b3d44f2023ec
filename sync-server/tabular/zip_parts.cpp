#include "tabular/zip_parts.hpp"

#include <minizip/unzip.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/ensure.hpp"
#include "tabular/sheet_errors.hpp"

namespace doorstep::server::tabular {
namespace {

/// Small parts of one repeated character are honest.
constexpr std::size_t kRatioFrom = 1024 * 1024;

std::string lower(std::string_view name) {
  std::string text(name);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return text;
}

tl::unexpected<Error> fail_archive() {
  return fail_malformed("这个工作簿已损坏或没有传完,请重新取得文件,或在Excel中打开后另存一次。",
                        "This workbook is damaged or incomplete. Get the file again, or open it in Excel and "
                        "save it anew.");
}

/// Bytes as minizip reads a file.
struct Stream {
  std::string_view bytes;
  ZPOS64_T at = 0;
};

voidpf open_stream(voidpf opaque, const void*, int) { return opaque; }
uLong read_stream(voidpf, voidpf stream, void* out, uLong size) {
  auto& in = *static_cast<Stream*>(stream);
  if (in.at >= in.bytes.size()) return 0;
  const std::size_t read = std::min<std::size_t>(size, in.bytes.size() - static_cast<std::size_t>(in.at));
  std::memcpy(out, in.bytes.data() + in.at, read);
  in.at += read;
  return static_cast<uLong>(read);
}
uLong write_stream(voidpf, voidpf, const void*, uLong) { return 0; }
ZPOS64_T tell_stream(voidpf, voidpf stream) { return static_cast<Stream*>(stream)->at; }
long seek_stream(voidpf, voidpf stream, ZPOS64_T offset, int origin) {
  auto& in = *static_cast<Stream*>(stream);
  ZPOS64_T from = 0;
  if (origin == ZLIB_FILEFUNC_SEEK_CUR) from = in.at;
  if (origin == ZLIB_FILEFUNC_SEEK_END) from = in.bytes.size();
  if (from > in.bytes.size() || offset > in.bytes.size() - from) return -1;
  in.at = from + offset;
  return 0;
}
int close_stream(voidpf, voidpf) { return 0; }
int stream_error(voidpf, voidpf) { return 0; }

}  // namespace

struct ZipParts::Archive {
  Stream stream;
  unzFile file = nullptr;
  std::map<std::string, unz64_file_pos, std::less<>> parts;
  const Limits* limits = nullptr;

  Archive() = default;
  ~Archive() {
    if (file != nullptr) unzClose(file);
  }
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;
};

ZipParts::ZipParts(std::unique_ptr<Archive> archive) : archive_(std::move(archive)) {}
ZipParts::ZipParts(ZipParts&&) noexcept = default;
ZipParts& ZipParts::operator=(ZipParts&&) noexcept = default;
ZipParts::~ZipParts() = default;

Result<ZipParts> ZipParts::open(std::string_view bytes, const Limits& limits) {
  auto archive = std::make_unique<Archive>();
  archive->stream.bytes = bytes;
  archive->limits = &limits;
  zlib_filefunc64_def functions{open_stream, read_stream,  write_stream, tell_stream,
                                seek_stream, close_stream, stream_error, &archive->stream};
  archive->file = unzOpen2_64("", &functions);
  if (archive->file == nullptr) return fail_archive();
  int found = unzGoToFirstFile(archive->file);
  for (std::size_t count = 0; found == UNZ_OK; found = unzGoToNextFile(archive->file)) {
    if (++count > limits.parts)
      return fail_too_large(
          "这个工作簿里的文件太多(图片?),请只留下要导入的表,另存后再导入。",
          "This workbook consists of too many files (pictures?). Keep only the sheet to import.");
    std::array<char, 1024> name{};
    unz64_file_pos position{};
    if (unzGetCurrentFileInfo64(archive->file, nullptr, name.data(), name.size() - 1, nullptr, 0, nullptr,
                                0) != UNZ_OK ||
        unzGetFilePos64(archive->file, &position) != UNZ_OK)
      return fail_archive();
    // Readers that take the first of two parts of one name and readers that take the last see other files.
    if (!archive->parts.emplace(lower(name.data()), position).second) return fail_archive();
  }
  if (found != UNZ_END_OF_LIST_OF_FILE) return fail_archive();
  return ZipParts(std::move(archive));
}

Result<std::optional<std::string>> ZipParts::read(std::string_view name) const {
  const auto part = archive_->parts.find(lower(name));
  if (part == archive_->parts.end()) return std::optional<std::string>{};
  const Limits& limits = *archive_->limits;
  unzFile file = archive_->file;
  unz_file_info64 info{};
  if (unzGoToFilePos64(file, &part->second) != UNZ_OK ||
      unzGetCurrentFileInfo64(file, &info, nullptr, 0, nullptr, 0, nullptr, 0) != UNZ_OK)
    return fail_archive();
  constexpr uLong kEncrypted = 1;
  if ((info.flag & kEncrypted) != 0)
    return fail_malformed("这个工作簿加了密码。请取消密码,保存后再导入。",
                          "This workbook has a password. Remove it, save, and import it again.");
  const auto too_large = [&](std::size_t size) {
    return size > limits.part_bytes || (size > kRatioFrom && size / limits.part_ratio > info.compressed_size);
  };
  const auto fail_part = [&] {
    const std::string mebibytes = std::to_string(limits.part_bytes / (1024 * 1024));
    return fail_too_large("工作簿展开后太大(一个表最多" + mebibytes + "MB),请分成几个文件,或存为CSV再导入。",
                          "Unpacked, the workbook is too large (a sheet may have " + mebibytes +
                              " MB). Import it in several parts, or as CSV.");
  };
  if (too_large(static_cast<std::size_t>(info.uncompressed_size))) return fail_part();
  if (unzOpenCurrentFile(file) != UNZ_OK) return fail_archive();
  std::string text;
  std::string block(256 * 1024, '\0');
  int read = 0;
  while ((read = unzReadCurrentFile(file, block.data(), static_cast<unsigned>(block.size()))) > 0) {
    text.append(block, 0, static_cast<std::size_t>(read));
    if (too_large(text.size())) break;
  }
  const bool intact = unzCloseCurrentFile(file) == UNZ_OK;  // checks the CRC once all is read
  if (too_large(text.size())) return fail_part();
  if (read < 0 || !intact || text.size() != info.uncompressed_size) return fail_archive();
  return std::optional<std::string>(std::move(text));
}

}  // namespace doorstep::server::tabular
