"""Logs in one file that many machines can share without a database.

Each line of the file is a JSON array:

    ["checksum","hpo journal",1]                                             the first line: the version of the format
    ["checksum",more,study,[kind,number,step,value,state,time],body]         an event, as in `hpo.log.codec.Row`
    ["checksum",0,study,"renamed","name"]                                    from here on the study has this name
    ["checksum",0,study,"deleted"]                                           from here on there is no such study

`study` counts the creations in the file, and `more` the lines that follow in the same batch: a batch without its end
counts for nothing. The checksum is the CRC-32 of all that comes after it on the line, begun with the line's place in
the file, so a line that was moved, repeated or left out is found as a changed one is.
"""

from hpo.storage.journal.backends import JournalFileBackend, JournalFileOpenLock, JournalFileSymlinkLock
from hpo.storage.journal.storage import JournalStorage

__all__ = ["JournalFileBackend", "JournalFileOpenLock", "JournalFileSymlinkLock", "JournalStorage"]
