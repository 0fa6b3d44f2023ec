#pragma once

#include <cstdint>
#include <doorstep/error.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

namespace doorstep::server {

/// The folder of one office: its database, its keys (auth/identity.hpp), and where it was served last.
class DataFolder {
 public:
  explicit DataFolder(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path database() const { return path_ / "office.db"; }
  /// What was erased on request (erasure_journal.hpp).
  std::filesystem::path erasures() const { return path_ / "erasures.jsonl"; }
  std::filesystem::path keys() const { return path_ / "keys"; }

  /// Errors: not_found, with the command that makes an office.
  Status check_office() const;

  /// Makes the folder for a new office, readable by its owner only. Errors: already_exists when there is
  /// anything in it.
  Status create() const;
  /// Takes a folder away that create() made, when making the office failed.
  void remove() const;

  /// https://HOST:PORT under which the office was served last; nullopt before the first time.
  std::optional<std::string> served_at() const;
  Status remember_served_at(const std::string& url) const;

 private:
  std::filesystem::path path_;
};

/// Errors: not_found, storage_failed.
Result<std::string> read_file(const std::filesystem::path& file);
/// A file that is written piece by piece, and is there as a whole or not at all.
class FileWriter {
 public:
  /// Errors: not_found, storage_failed.
  static Result<FileWriter> create(const std::filesystem::path& file);
  /// Without finish() nothing is left of it.
  ~FileWriter();
  FileWriter(FileWriter&&) = default;
  FileWriter& operator=(FileWriter&&) = delete;

  /// False when it cannot be written; finish() says why.
  bool append(std::string_view bytes);
  std::uint64_t size() const { return size_; }
  /// On disk, under its name, when it returns. Errors: storage_full, storage_failed.
  Status finish();

 private:
  explicit FileWriter(std::filesystem::path file) : file_(std::move(file)) {}
  std::filesystem::path partial() const { return file_.string() + ".partial"; }

  std::filesystem::path file_;
  std::ofstream out_;
  std::uint64_t size_ = 0;
  int failed_ = 0;
};

/// The whole file or nothing, on disk when it returns.
Status write_file(const std::filesystem::path& file, std::string_view bytes);
/// The same, for its owner only.
Status write_secret_file(const std::filesystem::path& file, std::string_view bytes);
/// On disk, under its name, when it returns.
Status sync_file(const std::filesystem::path& file);

/// The folder of the pack that is meant by what was typed: a folder, or the name of one of ours. Errors:
/// not_found.
Result<std::filesystem::path> find_pack(const std::string& typed);

}  // namespace doorstep::server
