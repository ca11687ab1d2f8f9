; Inno Setup 6: `py dev.py installer` on Windows calls it with the version and the folders.
; Not run by the tests of this project, which run on Linux.

[Setup]
AppId=JustTradesDesktop
AppName=JustTrades
AppVersion={#Version}
AppPublisher=JustTrades Desktop
DefaultDirName={localappdata}\Programs\JustTrades
PrivilegesRequired=lowest
DisableProgramGroupPage=yes
OutputDir={#Output}
OutputBaseFilename={#Name}-setup
SetupIconFile={#Icon}
UninstallDisplayIcon={app}\justtradesw.exe
Compression=lzma2
SolidCompression=yes
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
; Files of a running program must not change under it: Setup finds it and asks to close it.
CloseApplications=yes
RestartApplications=no

[Tasks]
Name: autostart; Description: "Start JustTrades with Windows"; Flags: unchecked

[Files]
Source: "{#Folder}\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[InstallDelete]
Type: filesandordirs; Name: "{app}\_internal"

[Icons]
Name: "{userprograms}\JustTrades"; Filename: "{app}\justtradesw.exe"

[Registry]
Root: HKCU; Subkey: "Software\Microsoft\Windows\CurrentVersion\Run"; ValueType: string; ValueName: "JustTrades"; ValueData: """{app}\justtradesw.exe"" --in-tray"; Tasks: autostart; Flags: uninsdeletevalue

[Run]
Filename: "{app}\justtradesw.exe"; Description: "Start JustTrades"; Flags: nowait postinstall skipifsilent
